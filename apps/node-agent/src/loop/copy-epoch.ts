import { compareEpochs } from '@flux-pg/etcd-membership';
import type { NodeState } from '../identity/node-state.ts';
import { ownOrigin } from './etcd-data.ts';

/** How the epoch that is noted for this node's copy compares to the node's own; null where either is not known. */
function comparedToOwn(state: NodeState): number | null {
  const own = ownOrigin(state);
  const { copyEpoch } = state;
  if (own === null || copyEpoch === null || copyEpoch.clusterId !== own.clusterId) return null;
  return compareEpochs(copyEpoch, own);
}

/**
 * Whether this node's copy last led or followed in an epoch that a recovery has ended since. Where nobody noted its epoch it
 * counts as one of now, which keeps it in its place.
 */
export function isOfEarlierEpoch(state: NodeState): boolean {
  return (comparedToOwn(state) ?? 0) < 0;
}

/** Whether the epoch that is noted for this node's copy is the node's own. */
export function isOfOwnEpoch(state: NodeState): boolean {
  return comparedToOwn(state) === 0;
}
