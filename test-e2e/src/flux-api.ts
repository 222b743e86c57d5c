import { expect } from 'vitest';
import type { Cluster } from './cluster/cluster.ts';
import { etcdMembers } from './cluster/etcd-members.ts';
import { lengthMs } from './load/gaps.ts';

/** How long a write may take on a busy machine while nothing is wrong. */
const LONGEST_GAP_MS = 3000;

/**
 * Runs `work` while a client writes through every node. Nobody may notice anything: no error, no gap, the same primary and the
 * same members of etcd.
 */
export async function undisturbed(cluster: Cluster, work: () => Promise<void>): Promise<void> {
  const { primary } = await cluster.untilHealthy(180_000);
  const before = await etcdMembers(primary);
  const writers = cluster.nodes.map((node) => cluster.startWriter(node));
  const watch = cluster.watchPrimaries();
  try {
    await work();
    const reports = await Promise.all(writers.map((writer) => writer.stop()));
    expect(await etcdMembers(primary)).toEqual(before);
    for (const { errors, longestGap, acknowledged } of reports) {
      expect(errors).toEqual([]);
      expect(lengthMs(longestGap)).toBeLessThan(LONGEST_GAP_MS);
      expect(acknowledged).toBeGreaterThan(0);
    }
    expect((await cluster.untilHealthy(180_000)).primary).toBe(primary);
    expect(await watch.stop()).toEqual([]);
  } finally {
    await Promise.all([...writers, watch].map((load) => load.stop()));
  }
}
