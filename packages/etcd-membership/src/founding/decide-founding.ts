import { compareIds } from '../member-names/compare-ids.ts';
import type {
  ClusterIdentity,
  FoundingAction,
  FoundingDecision,
  FoundingPeer,
  FoundingReason,
  FoundingView,
  ListedInstance,
} from './founding-view.ts';

/** A listed silent instance may hold data unless it started at most this long before this volume was first used. */
export const YOUNG_INSTANCE_MS = 10 * 60_000;

/** The smallest number that is more than half of `expectedNodes`. */
export function majority(expectedNodes: number): number {
  return Math.floor(expectedNodes / 2) + 1;
}

type Rule = (view: FoundingView) => FoundingDecision | null;

function decision(action: FoundingAction, reason: FoundingReason, detail = ''): FoundingDecision {
  return { action, reason, detail };
}

function wait(reason: FoundingReason, detail = ''): FoundingDecision {
  return decision({ kind: 'wait' }, reason, detail);
}

function authenticatedListed(view: FoundingView): readonly { address: string; peer: FoundingPeer }[] {
  return (view.listing?.others ?? []).flatMap(({ address, answer }) =>
    answer.kind === 'authenticated' && answer.peer.nodeId !== view.self.nodeId
      ? [{ address, peer: answer.peer }]
      : [],
  );
}

function allPeers(view: FoundingView): readonly FoundingPeer[] {
  return [...authenticatedListed(view).map(({ peer }) => peer), ...view.unlistedPeers];
}

function knownClusters(peers: readonly FoundingPeer[]): readonly ClusterIdentity[] {
  const newest = new Map<string, ClusterIdentity>();
  for (const { cluster } of peers) {
    if (cluster === null) continue;
    const known = newest.get(cluster.id);
    if (known === undefined || known.epoch < cluster.epoch) newest.set(cluster.id, cluster);
  }
  return [...newest.values()].sort((left, right) => compareIds(left.id, right.id));
}

/** Whoever hears of a sealed cluster never founds another one, and ends its own proposal or join by taking the id. */
const hearOfCluster: Rule = (view) => {
  const clusters = knownClusters(allPeers(view));
  const [cluster, other] = clusters;
  if (cluster === undefined) return null;
  if (other !== undefined) return wait('two-clusters', clusters.map(({ id }) => id).join(', '));
  if (!view.self.virgin) return wait('data-without-cluster', `cluster ${cluster.id} exists`);
  return decision({ kind: 'take-cluster', cluster }, 'cluster-heard-of', cluster.id);
};

/** A volume with data but no cluster id needs adoption; founding beside it could bury the data. */
const keepData: Rule = (view) => (view.self.virgin ? null : wait('data-without-cluster'));

/** A join binds until its proposer takes it back; only then may this node join another proposal. */
const honourJoin: Rule = (view) => {
  const { founding } = view.self;
  if (founding.kind !== 'joined') return null;
  const released = allPeers(view).some(
    (peer) => peer.nodeId === founding.proposerNodeId && peer.withdrawn.includes(founding.clusterId),
  );
  return released
    ? decision({ kind: 'release-join', clusterId: founding.clusterId }, 'join-released', founding.clusterId)
    : wait('waiting-for-seal', `joined the proposal ${founding.clusterId} of ${founding.proposerNodeId}`);
};

/** Without an own address, a listing with this node in it and N, nobody can be asked to join. */
const knowTheField: Rule = (view) => {
  if (view.self.address === null) return wait('own-address-unknown');
  if (view.listing === null) return wait('listing-unknown');
  if (!view.listing.containsSelf) return wait('self-not-listed', view.self.address);
  if (view.expectedNodes === null) return wait('size-unknown');
  const listed = view.listing.others.length + 1;
  return listed < majority(view.expectedNodes)
    ? wait('majority-not-listed', `${listed} of ${view.expectedNodes} instances are listed`)
    : null;
};

function mayHoldData(instance: ListedInstance, view: FoundingView): boolean {
  if (instance.silentForMs < view.formationTimeoutMs || instance.runningSinceMs === null) return true;
  return instance.runningSinceMs < view.self.firstStartedAtMs - YOUNG_INSTANCE_MS;
}

/** Every listed instance has to prove that it is empty: one that does not answer may hold the only copy. */
const askEveryone: Rule = (view) => {
  for (const instance of view.listing?.others ?? []) {
    const { address, answer } = instance;
    if (answer.kind === 'present') return wait('peer-unverifiable', `${address}: ${answer.detail}`);
    if (answer.kind === 'silent' && mayHoldData(instance, view)) {
      return wait('peer-silent', `${address}: ${answer.detail}`);
    }
    if (answer.kind === 'authenticated' && !answer.peer.virgin) return wait('peer-holds-data', address);
  }
  return null;
};

function lowestPeer(view: FoundingView): { address: string; peer: FoundingPeer } | null {
  const sorted = [...authenticatedListed(view)].sort((left, right) =>
    view.compareAddresses(left.address, right.address),
  );
  return sorted[0] ?? null;
}

function lowerPeer(view: FoundingView): { address: string; peer: FoundingPeer } | null {
  const lowest = lowestPeer(view);
  const { address } = view.self;
  if (lowest === null || address === null) return null;
  return view.compareAddresses(lowest.address, address) < 0 ? lowest : null;
}

/** A proposer gives way to a lower candidate, and starts over when N is no longer what it proposed. */
const giveWay: Rule = (view) => {
  const { founding } = view.self;
  if (founding.kind !== 'proposed') return null;
  const lower = lowerPeer(view);
  if (lower !== null) {
    return decision({ kind: 'withdraw', clusterId: founding.clusterId }, 'lower-candidate', lower.address);
  }
  if (view.expectedNodes !== null && founding.expectedNodes !== view.expectedNodes) {
    const detail = `${founding.expectedNodes} proposed, ${view.expectedNodes} expected`;
    return decision({ kind: 'withdraw', clusterId: founding.clusterId }, 'size-changed', detail);
  }
  return null;
};

/** The lowest address proposes; a majority of joins seals, and two majorities of joins cannot exist. */
const lead: Rule = (view) => {
  if (lowerPeer(view) !== null || view.expectedNodes === null) return null;
  const { founding } = view.self;
  if (founding.kind !== 'proposed') {
    return decision({ kind: 'propose', expectedNodes: view.expectedNodes }, 'lowest-address');
  }
  const joined = authenticatedListed(view).filter(
    ({ peer }) =>
      peer.founding.kind === 'joined' &&
      peer.founding.clusterId === founding.clusterId &&
      peer.founding.proposerNodeId === view.self.nodeId,
  ).length;
  const detail = `${joined + 1} of ${founding.expectedNodes} have joined`;
  return joined + 1 >= majority(founding.expectedNodes)
    ? decision({ kind: 'seal', clusterId: founding.clusterId }, 'majority-joined', detail)
    : wait('waiting-for-joins', detail);
};

/** Everyone else joins the proposal of the candidate that it sees itself, if that counts at least as many nodes. */
const follow: Rule = (view) => {
  const candidate = lowerPeer(view);
  if (candidate === null) return wait('waiting-for-proposal');
  const { founding, nodeId } = candidate.peer;
  if (founding.kind !== 'proposed') return wait('waiting-for-proposal', candidate.address);
  if (view.expectedNodes !== null && founding.expectedNodes < view.expectedNodes) {
    return wait('proposal-too-small', `${founding.expectedNodes} proposed, ${view.expectedNodes} expected`);
  }
  const { clusterId } = founding;
  return decision({ kind: 'join', clusterId, proposerNodeId: nodeId }, 'proposal-seen', candidate.address);
};

const rules: readonly Rule[] = [
  hearOfCluster,
  keepData,
  honourJoin,
  knowTheField,
  askEveryone,
  giveWay,
  lead,
  follow,
];

/**
 * Decides what a node without a cluster id does: the rules in order, the first that applies wins.
 * Pure; the caller persists the action before anybody else can see it.
 */
export function decideFounding(view: FoundingView): FoundingDecision {
  for (const rule of rules) {
    const decided = rule(view);
    if (decided !== null) return decided;
  }
  return wait('waiting-for-proposal');
}
