import { type HeardStart, hearStart } from '@flux-pg/etcd-membership';
import { clusterPeers, storedRecords } from './known-members.ts';
import type { View } from './view.ts';

/**
 * By node: the start that its own statuses told last, or one that its volume has forgotten since. etcd's record of a member
 * knows of no start in which it had no quorum, and such a one may be all that tells a volume that was put back from the
 * one before. Nodes without any sign of life that counts are no members any more.
 */
export function rememberStarts(
  view: View,
  heardAtMs: Readonly<Record<string, number>>,
): Readonly<Record<string, HeardStart>> {
  const known = view.memory.heardStarts;
  const recorded = new Map(storedRecords(view).map(({ nodeId, startId }) => [nodeId, startId]));
  const told = clusterPeers(view).flatMap(({ nodeId, startIds }) => {
    const before = [known[nodeId]?.startId, recorded.get(nodeId)].flatMap((startId) => startId ?? []);
    const start = hearStart(startIds, before);
    return start === null ? [] : [[nodeId, start] as const];
  });
  const all = Object.entries({ ...known, ...Object.fromEntries(told) });
  return Object.fromEntries(all.filter(([nodeId]) => nodeId in heardAtMs));
}
