import type { AbsenceMemory } from '../absence/index.ts';
import { memberName } from '../member-names/index.ts';
import type { EtcdMember } from '../port/etcd-endpoint.ts';
import type { EtcdReading, MembershipPeer, MembershipView } from './membership-view.ts';

export const NOW_MS = 10_000_000;
export const MINUTE_MS = 60_000;

/** The node id of node `n`. */
export function nodeId(n: number): string {
  return `0000000${n}-0000-4000-8000-000000000000`;
}

/** The name of node `n` in etcd. */
export function nameOf(n: number, incarnation = 'aaaaaaaa'): string {
  return memberName(nodeId(n), incarnation);
}

/** Where node `n` was last reached. */
export function addressOf(n: number): string {
  return `10.0.0.${n}`;
}

/** Node `n` as a voter of etcd; a test states only what is different about it. */
export function aMember(n: number, difference: Partial<EtcdMember> & { incarnation?: string } = {}) {
  const { incarnation, ...rest } = difference;
  const name = nameOf(n, incarnation);
  const member: EtcdMember = {
    id: `m${n}`,
    name,
    peerUrls: [`https://${name}:2380`],
    clientUrls: [`https://${name}:2379`],
    isLearner: false,
    ...rest,
  };
  return member;
}

/** What node `n` says of its etcd: it follows node 1 and has all of its log. */
export function aReading(n: number, difference: Partial<EtcdReading> = {}): EtcdReading {
  return {
    memberId: `m${n}`,
    leaderId: 'm1',
    isLearner: false,
    raftTerm: 2,
    raftIndex: 5000,
    raftAppliedIndex: 5000,
    errors: [],
    ...difference,
  };
}

/** The fresh status of node `n`, whose etcd is healthy. */
export function aPeer(
  n: number,
  difference: Partial<Omit<MembershipPeer, 'reading'>> & { reading?: Partial<EtcdReading> | null } = {},
): MembershipPeer {
  const { reading, ...rest } = difference;
  return {
    nodeId: nodeId(n),
    ageMs: 100,
    epoch: 1,
    memberName: nameOf(n),
    etcdPeerPort: 2380,
    etcdRunning: true,
    etcdData: true,
    reading: reading === null ? null : aReading(n, reading),
    ...rest,
  };
}

/** The fresh status of node `n`, which has no etcd and waits to be admitted. */
export function aWaitingPeer(n: number, difference: Partial<MembershipPeer> = {}): MembershipPeer {
  return { ...aPeer(n, { etcdRunning: false, etcdData: false, reading: null }), ...difference };
}

/** Evidence by which node `n` has been unlisted and silent for so long. */
export function anAbsence(
  nodes: Readonly<Record<number, { unlistedForMs?: number | null; silentForMs?: number }>>,
  difference: Partial<AbsenceMemory['witnesses'][string]> = {},
): AbsenceMemory {
  return {
    nowMs: NOW_MS,
    total: 1,
    witnesses: { api: { atMs: NOW_MS, interrupted: false, ...difference } },
    nodes: Object.fromEntries(
      Object.entries(nodes).map(([n, { unlistedForMs = null, silentForMs = 0 }]) => [
        nodeId(Number(n)),
        {
          aliveAtMs: NOW_MS - silentForMs,
          unlistedSinceMs: unlistedForMs === null ? {} : { api: NOW_MS - unlistedForMs },
        },
      ]),
    ),
  };
}

/** What a test may change about the view; `voters` are members of etcd with a record, healthy unless `peers` says else. */
export type ViewDifference = Partial<Omit<MembershipView, 'content' | 'limits'>> & {
  voters?: readonly number[];
  members?: readonly EtcdMember[];
  records?: readonly number[];
  primary?: number | null;
  formerVoters?: readonly number[];
  limits?: Partial<MembershipView['limits']>;
};

/** Node 1, etcd's leader, as it sees a calm cluster of the given voters. */
export function aView(difference: ViewDifference = {}): MembershipView {
  const { voters = [1, 2, 3], members, records, primary, formerVoters = [], limits, ...rest } = difference;
  const peers = rest.peers ?? voters.filter((n) => n !== 1).map((n) => aPeer(n));
  const answering = [
    { address: addressOf(1), nodeId: nodeId(1), ageMs: 0 },
    ...peers.map((peer) => ({
      address: addressOf(Number(peer.nodeId[7])),
      nodeId: peer.nodeId,
      ageMs: peer.ageMs,
    })),
  ];
  return {
    nowMs: NOW_MS,
    self: { nodeId: nodeId(1), epoch: 1, etcd: { reading: aReading(1), ageMs: 10 } },
    content: {
      ageMs: 10,
      members: members ?? voters.map((n) => aMember(n)),
      records: (records ?? voters).map((n) => ({ nodeId: nodeId(n), address: addressOf(n) })),
      primary: primary === null ? null : nodeId(primary ?? 2),
      formerVoters: formerVoters.map(nodeId),
    },
    peers,
    answering,
    unaccounted: [],
    settledForMs: 5 * MINUTE_MS,
    quietForMs: 5 * MINUTE_MS,
    learner: null,
    absence: anAbsence({}),
    declaredGone: new Set(),
    limits: {
      maxVoters: 5,
      absenceGraceMs: 5 * MINUTE_MS,
      absenceTimeoutMs: 10 * MINUTE_MS,
      maxAnswerGapMs: 4 * MINUTE_MS,
      ...limits,
    },
    ...rest,
  };
}
