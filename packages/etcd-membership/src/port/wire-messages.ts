import type { IAlarmMember, IKeyValue, ILeaseTimeToLiveResponse, IMember, IStatusResponse } from 'etcd3';
import type { EtcdAlarm, EtcdMember, EtcdStatus, KeyLease, KeyValue } from './etcd-endpoint.ts';
import { memberIdFromWire, safeNumberFromWire } from './wire-numbers.ts';

const NO_LEADER = '0';

/** What the port shows of an entry of the member list. */
export function memberFromWire(member: IMember): EtcdMember {
  return {
    id: memberIdFromWire(member.ID),
    name: member.name,
    peerUrls: member.peerURLs,
    clientUrls: member.clientURLs,
    isLearner: member.isLearner,
  };
}

/** What the port shows of a member's status. */
export function statusFromWire(status: IStatusResponse): EtcdStatus {
  return {
    memberId: memberIdFromWire(status.header.member_id),
    leaderId: status.leader === NO_LEADER ? null : memberIdFromWire(status.leader),
    raftTerm: safeNumberFromWire(status.raftTerm),
    raftIndex: safeNumberFromWire(status.raftIndex),
    raftAppliedIndex: safeNumberFromWire(status.raftAppliedIndex),
    dbSizeBytes: safeNumberFromWire(status.dbSize),
    isLearner: status.isLearner,
    version: status.version,
    errors: status.errors,
  };
}

/** What the port shows of a key. */
export function keyValueFromWire(entry: IKeyValue): KeyValue {
  return {
    key: entry.key.toString('utf8'),
    value: entry.value.toString('utf8'),
    modRevision: safeNumberFromWire(entry.mod_revision),
  };
}

/** What the port shows of a lease; null for one that has ended, of which etcd says that less than nothing is left. */
export function leaseFromWire({ ID, TTL, header }: ILeaseTimeToLiveResponse): KeyLease | null {
  const seconds = safeNumberFromWire(TTL);
  if (seconds < 0) return null;
  return { leaseId: ID, remainingMs: seconds * 1000, raftTerm: safeNumberFromWire(header.raft_term) };
}

/** What the port shows of a raised alarm. */
export function alarmFromWire(alarm: IAlarmMember): EtcdAlarm {
  const memberId = memberIdFromWire(alarm.memberID);
  switch (alarm.alarm) {
    case 'Nospace':
      return { memberId, kind: 'no-space' };
    case 'Corrupt':
      return { memberId, kind: 'corrupt' };
    default:
      return { memberId, kind: 'unknown' };
  }
}

/** The first key after all keys that start with `prefix`; etcd spells "to the end" as one zero byte. */
export function rangeEndOfPrefix(prefix: string): Buffer {
  const end = Buffer.from(prefix, 'utf8');
  for (let at = end.length - 1; at >= 0; at -= 1) {
    const byte = end[at] ?? 0xff;
    if (byte < 0xff) {
      end[at] = byte + 1;
      return end.subarray(0, at + 1);
    }
  }
  return Buffer.from([0]);
}
