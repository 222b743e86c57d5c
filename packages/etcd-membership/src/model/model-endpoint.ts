import { compareIds } from '../member-names/compare-ids.ts';
import {
  type EtcdEndpoint,
  type EtcdMember,
  type EtcdStatus,
  type KeyRange,
  type KeyValue,
  MAX_LISTED_KEYS,
} from '../port/etcd-endpoint.ts';
import { EtcdError } from '../port/etcd-error.ts';
import type { ClientAccess } from './client-access.ts';
import { deleteKey, disarmNoSpace, type ListedMember, put } from './cluster-state.ts';
import type { Consensus } from './consensus.ts';
import { findKey, keysUnder, type StoredKey } from './keyspace.ts';
import { isLearner, type MemberProcess } from './member-process.ts';
import {
  addLearner,
  defragment,
  moveLeader,
  promote,
  remove,
  reserveSpace,
  sizeBytes,
} from './model-writes.ts';

const VERSION = '3.5.30';

/** The member as the port shows it. */
function shown({ id, name, peerUrl, clientUrl, isLearner: learns }: ListedMember): EtcdMember {
  return {
    id,
    name,
    peerUrls: [peerUrl],
    clientUrls: clientUrl === null ? [] : [clientUrl],
    isLearner: learns,
  };
}

function entryOf({ key, value, modRevision }: StoredKey): KeyValue {
  return { key, value, modRevision };
}

function statusOf(member: MemberProcess): EtcdStatus {
  const { log, leader } = member;
  return {
    memberId: member.memberId,
    leaderId: leader?.memberId ?? null,
    raftTerm: member.term,
    raftIndex: log.index,
    raftAppliedIndex: log.index,
    dbSizeBytes: sizeBytes(member),
    isLearner: isLearner(member),
    version: VERSION,
    errors: [
      ...(leader === null ? ['etcdserver: no leader'] : []),
      ...[...log.state.noSpace].map((id) => `memberID:${BigInt(`0x${id}`)} alarm:NOSPACE `),
    ],
  };
}

/** The keys as `member` has them. */
export function rangeOf({ log }: MemberProcess, prefix: string): KeyRange {
  const found = keysUnder(log.state.keys, prefix);
  if (found.length > MAX_LISTED_KEYS)
    throw new EtcdError('unknown', `more than ${MAX_LISTED_KEYS} keys begin with ${prefix}`);
  return { revision: log.state.revision, entries: found.map(entryOf) };
}

/** The port to one node of the model. */
export function createModelEndpoint(consensus: Consensus, access: ClientAccess): EtcdEndpoint {
  const { local, voting, read, write, close } = access;

  return {
    status: () => local(statusOf),
    members: () =>
      read(({ log }) => [...log.state.members.values()].sort((a, b) => compareIds(a.id, b.id)).map(shown)),
    addLearner: (peerUrl) =>
      write('addLearner', peerUrl, (member, leader) => shown(addLearner(consensus, member, leader, peerUrl))),
    promote: (memberId) => write('promote', memberId, (_, leader) => promote(consensus, leader, memberId)),
    remove: (memberId) =>
      write('remove', memberId, (member, leader) => remove(consensus, member, leader, memberId)),
    moveLeader: (targetId) => voting((member) => moveLeader(consensus, member, targetId)),
    get: (key) =>
      read(({ log }) => {
        const found = findKey(log.state.keys, key);
        return found === null ? null : entryOf(found);
      }),
    leaseOf: (key) =>
      read(({ log }, leader) => {
        const leaseId = findKey(log.state.keys, key)?.leaseId ?? null;
        const expiryMs = leaseId === null ? undefined : leader.leadership?.leaseExpiryMs.get(leaseId);
        if (leaseId === null || expiryMs === undefined) return null;
        const leftMs = Math.max(0, expiryMs - consensus.clock.nowMs());
        return { leaseId, remainingMs: Math.floor(leftMs / 1000) * 1000, raftTerm: leader.term };
      }),
    list: (prefix) => read((member) => rangeOf(member, prefix)),
    put: (key, value) =>
      write('put', key, (member, leader) => {
        reserveSpace(consensus, member, leader, key + value);
        consensus.commit(leader, put(leader.log.state, key, value, null));
      }),
    putIfUnchanged: (key, value, modRevision) =>
      write('putIfUnchanged', key, (member, leader) => {
        // etcd refuses a transaction that could write before it compares.
        reserveSpace(consensus, member, leader, key + value);
        const { state } = leader.log;
        if ((findKey(state.keys, key)?.modRevision ?? 0) !== modRevision) return false;
        consensus.commit(leader, put(state, key, value, null));
        return true;
      }),
    delete: (key) =>
      write('delete', key, (_, leader) => consensus.commit(leader, deleteKey(leader.log.state, key))),
    alarms: () =>
      read(({ log }) => [...log.state.noSpace].map((memberId) => ({ memberId, kind: 'no-space' as const }))),
    disarmNoSpace: () =>
      write('disarmNoSpace', '', (_, leader) => consensus.commit(leader, disarmNoSpace(leader.log.state))),
    defragment: () => voting(defragment),
    close,
  };
}
