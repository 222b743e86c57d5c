import { setTimeout as delay } from 'node:timers/promises';
import type { Cluster } from './cluster/cluster.ts';
import type { HealthyCluster } from './cluster/health.ts';
import type { ClusterNode } from './cluster/node.ts';

/** A healthy cluster before and after all of its containers were created anew. */
export interface Recreation {
  readonly before: HealthyCluster;
  readonly after: HealthyCluster;
  readonly healthyAfterMs: number;
}

/** How long clients write before everything stops. */
const WRITING_MS = 2000;

/**
 * Stops and removes every container, then creates them one after the other on their volumes.
 *
 * @param order - numbers of the nodes, from 1.
 * @param pauseMs - between two of them.
 */
export async function recreateAll(
  cluster: Cluster,
  order: readonly number[],
  pauseMs: number,
): Promise<Recreation> {
  const writers = cluster.nodes.map((node) => cluster.startWriter(node));
  await delay(WRITING_MS);
  await Promise.all(writers.map((writer) => writer.stop()));
  // Every replica has every row now. What only the last primary has when all stop at once is scenario R6.
  const before = await cluster.untilHealthy();
  await Promise.all(cluster.nodes.map((node) => node.stop()));
  await Promise.all(cluster.nodes.map((node) => node.remove()));
  const nodes: readonly ClusterNode[] = order.map((number) => cluster.node(number));
  for (const [index, node] of nodes.entries()) {
    if (index > 0) await delay(pauseMs);
    await node.create();
  }
  const startedMs = performance.now();
  const after = await cluster.untilHealthy(180_000);
  return { before, after, healthyAfterMs: performance.now() - startedMs };
}
