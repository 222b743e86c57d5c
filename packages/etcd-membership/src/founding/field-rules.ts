import { compareIds } from '../member-names/compare-ids.ts';
import {
  allPeers,
  decision,
  type FoundingRule,
  foundingMode,
  isExcluded,
  listedCount,
  sizeOf,
  wait,
} from './field.ts';
import type { ClusterIdentity } from './founding-state.ts';
import type { FoundingPeer, FoundingView, ListedInstance } from './founding-view.ts';

/** A listed silent instance may hold data unless it started at most this long before this volume was first used. */
export const YOUNG_INSTANCE_MS = 10 * 60_000;

function knownClusters(peers: readonly FoundingPeer[]): readonly ClusterIdentity[] {
  const newest = new Map<string, ClusterIdentity>();
  for (const { cluster } of peers) {
    if (cluster === null) continue;
    const known = newest.get(cluster.id);
    if (known === undefined || known.epoch < cluster.epoch) newest.set(cluster.id, cluster);
  }
  return [...newest.values()].sort((left, right) => compareIds(left.id, right.id));
}

/** Own data may enter a cluster that was founded upon it: the one this node joined, or one of the same system. */
function belongsTo(
  { self }: FoundingView,
  cluster: ClusterIdentity,
  peers: readonly FoundingPeer[],
): boolean {
  if (self.virgin) return true;
  const { founding } = self;
  if ((founding.kind === 'joined' || founding.kind === 'resuming') && founding.clusterId === cluster.id) {
    return true;
  }
  if (self.systemId === null) return false;
  return peers.some((peer) => peer.cluster?.id === cluster.id && peer.systemId === self.systemId);
}

/** Whoever hears of a sealed cluster never founds another one, and ends its own proposal or join by taking the id. */
export const hearOfCluster: FoundingRule = (view) => {
  const peers = allPeers(view);
  const clusters = knownClusters(peers);
  const [cluster, other] = clusters;
  if (cluster === undefined) return null;
  if (other !== undefined) return wait('two-clusters', clusters.map(({ id }) => id).join(', '));
  if (!belongsTo(view, cluster, peers)) return wait('data-without-cluster', `cluster ${cluster.id} exists`);
  return decision({ kind: 'take-cluster', cluster }, 'cluster-heard-of', cluster.id);
};

/** Data that cannot be named can neither be adopted nor be founded beside: that could bury it. */
export const keepData: FoundingRule = ({ self }) =>
  self.virgin || self.systemId !== null ? null : wait('data-without-cluster');

/** Without an own address, a listing with this node in it, and N or the patience that replaces it, nobody founds. */
export const knowTheField: FoundingRule = (view) => {
  if (view.self.address === null) return wait('own-address-unknown');
  if (view.listing === null) return wait('listing-unknown');
  if (!view.listing.containsSelf) return wait('self-not-listed', view.self.address);
  if (foundingMode(view) !== null) return null;
  const size = sizeOf(view);
  if (size === null) return wait('size-unknown');
  return wait('majority-not-listed', `${listedCount(view)} of ${size} instances are listed`);
};

function mayHoldData(instance: ListedInstance, view: FoundingView): boolean {
  if (instance.silentForMs < view.formationTimeoutMs || instance.runningSinceMs === null) return true;
  return instance.runningSinceMs < view.self.firstStartedAtMs - YOUNG_INSTANCE_MS;
}

/**
 * Every instance that is listed, or was lately, has to prove that it is empty: one that does not answer may hold the
 * only copy. That a peer holds data has been dealt with before; see `accountForData`.
 */
export const askEveryone: FoundingRule = (view) => {
  for (const instance of view.listing?.others ?? []) {
    const { address, answer } = instance;
    if (isExcluded(view, instance)) continue;
    if (answer.kind === 'present') return wait('peer-unverifiable', `${address}: ${answer.detail}`);
    if (answer.kind === 'silent' && mayHoldData(instance, view)) {
      return wait('peer-silent', `${address}: ${answer.detail}`);
    }
  }
  return null;
};
