import { expect } from 'vitest';
import { type Cluster, prepareCluster } from './cluster/cluster.ts';
import { APP_NAME, type ClusterOptions } from './cluster/cluster-options.ts';
import type { ClusterNode } from './cluster/node.ts';
import { VolumeWatch } from './watch/volume-watch.ts';

/** Short enough for a test; the order of the times is that of the defaults. */
export const shortTimes = {
  FORMATION_TIMEOUT: '20',
  UPDATE_INTERVAL_SECONDS: '1',
  FENCE_AFTER: '20',
  ABSENCE_GRACE: '20',
} as const;

/** Longer than a silent instance blocks a founding for its silence alone, with {@link shortTimes}. */
export const LONGER_THAN_FORMATION_MS = 30_000;

const HOUR_MS = 3_600_000;

/** A cluster of which no node runs yet, under watch. */
export interface WatchedCluster {
  readonly cluster: Cluster;
  readonly volumes: VolumeWatch;
}

/**
 * Runs `work` on a cluster of its own. All the while every volume is looked at and every node is asked whether it takes
 * writes: there is never a second cluster, and never a second primary. On failure the nodes' logs are kept.
 */
export async function onOwnCluster(
  title: string,
  options: ClusterOptions,
  work: (watched: WatchedCluster) => Promise<void>,
): Promise<void> {
  await using cluster = await prepareCluster(options);
  const volumes = new VolumeWatch(cluster.nodes);
  const primaries = cluster.watchPrimaries();
  const startedMs = performance.now();
  try {
    await work({ cluster, volumes });
    const { clusterIds } = await volumes.stop();
    expect([...clusterIds]).toHaveLength(1);
    expect(await primaries.stop()).toEqual([]);
    expect(primaries.writableAnswers).toBeGreaterThan(0);
    process.stderr.write(`${title}: ${Math.round((performance.now() - startedMs) / 1000)} s\n`);
  } catch (error) {
    process.stderr.write(`${await cluster.dump(title)}\n`);
    throw error;
  } finally {
    await Promise.all([volumes.stop(), primaries.stop()]);
  }
}

/** Throws unless every one of the nodes has been looked at and none has a cluster or data. */
export function expectNothingFounded(volumes: VolumeWatch, nodes: readonly ClusterNode[]): void {
  const { looks, clusterIds, holders } = volumes.report();
  for (const { name } of nodes) expect(looks.get(name) ?? 0, `looks at ${name}`).toBeGreaterThan(5);
  expect([...clusterIds]).toEqual([]);
  expect([...holders]).toEqual([]);
}

/** Throws unless the newcomers have been looked at and only `holder` has ever had a cluster or data. */
export function expectOnlyHolder(
  volumes: VolumeWatch,
  holder: ClusterNode,
  newcomers: readonly ClusterNode[],
): void {
  const { looks, clusterIds, holders } = volumes.report();
  for (const { name } of newcomers) expect(looks.get(name) ?? 0, `looks at ${name}`).toBeGreaterThan(5);
  expect([...clusterIds]).toHaveLength(1);
  expect([...holders]).toEqual([holder.name]);
}

/** Lists nodes of which one has been running since long before the others. */
export async function listWithVeteran(
  cluster: Cluster,
  veteran: ClusterNode,
  nodes: readonly ClusterNode[],
): Promise<void> {
  const longAgo = new Date(Date.now() - HOUR_MS).toISOString();
  await cluster.flux.setInstances(
    APP_NAME,
    nodes.map((node) => ({
      ip: node.address,
      ...(node === veteran ? { runningSince: longAgo } : {}),
    })),
  );
}
