import type {
  ListedAddress,
  ListedAnswer,
  RecoveryIntent,
  RecoveryNode,
  RecoveryPeer,
  RecoveryView,
} from './recovery-view.ts';

/** The cluster of every test. */
export const CLUSTER = 'c1';
/** `FENCE_AFTER` + `ABSENCE_GRACE` of every test. */
export const GRACE_MS = 600_000;

const stopped: Omit<RecoveryNode, 'nodeId'> = {
  epoch: 1,
  seededBy: null,
  intent: null,
  cancelled: [],
  stale: false,
  fenced: false,
  patroniRuns: false,
  etcdRuns: false,
  etcdData: true,
  listedByQuorum: true,
};

/** A peer of epoch 1 that is listed, runs nothing and holds etcd data; a test states only what is different. */
export function aPeer(nodeId: string, difference: Partial<RecoveryPeer> = {}): RecoveryPeer {
  return { nodeId, ageMs: 1000, ...stopped, ...difference };
}

/** An intent of `seederNodeId` for epoch 2. */
export function anIntent(
  seederNodeId: string,
  participants: readonly string[],
  difference: Partial<RecoveryIntent> = {},
): RecoveryIntent {
  return { clusterId: CLUSTER, epoch: 2, seederNodeId, participants, ...difference };
}

/** What was heard at a listed address; `nodeId` was last there. */
export function aListed(
  address: string,
  answer: ListedAnswer | 'virgin' | 'other-cluster' | 'present' | 'silent',
  nodeId: string | null = null,
): ListedAddress {
  if (typeof answer === 'object') return { address, nodeId, answer };
  const told = answer === 'present' || answer === 'silent' ? { detail: `is ${answer}` } : {};
  return { address, nodeId, answer: { kind: answer, ...told } as ListedAnswer };
}

/**
 * `n1` of the members and voters n1 to n3 leads; n3 is gone, n2 answers without its etcd data. Nothing blocks, so that by
 * itself it begins a recovery.
 */
export function aView(
  difference: Partial<Omit<RecoveryView, 'self'>> & { self?: Partial<RecoveryView['self']> } = {},
): RecoveryView {
  const { self, ...rest } = difference;
  const peers = rest.peers ?? [aPeer('n2', { etcdData: false })];
  return {
    self: { nodeId: 'n1', clusterId: CLUSTER, seeding: false, ...stopped, ...self },
    members: ['n1', 'n2', 'n3'].map((nodeId) => ({ nodeId, address: `10.0.0.${nodeId.slice(1)}` })),
    voters: ['n1', 'n2', 'n3'],
    formerVoters: [],
    etcdUnreachableForMs: GRACE_MS,
    graceMs: GRACE_MS,
    lead: { nodeId: 'n1', blocked: null },
    gone: new Set(['n3']),
    declaredGone: new Set(),
    listed: peers.map(({ nodeId }) =>
      aListed(`10.0.0.${nodeId.slice(1)}`, { kind: 'authenticated', nodeId }, nodeId),
    ),
    ...rest,
    peers,
  };
}
