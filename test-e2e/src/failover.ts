import type { Cluster } from './cluster/cluster.ts';
import type { HealthyCluster } from './cluster/health.ts';
import type { ClusterNode } from './cluster/node.ts';
import { querySql } from './cluster/sql.ts';
import { lengthMs } from './load/gaps.ts';
import type { WriteReport, Writer } from './load/writer.ts';
import { until } from './waiting.ts';
import type { Overlap } from './watch/overlap.ts';

/** What losing a primary and getting it back cost. */
export interface Failover<Loss> {
  /** What `lose` gave. */
  readonly loss: Loss;
  readonly primary: ClusterNode;
  readonly successor: ClusterNode;
  /** From starting the lost node's container until it streams from the successor. */
  readonly returnedMs: number;
  /** What clients saw that wrote through port 5433 of each surviving node. */
  readonly reports: readonly WriteReport[];
  /** Moments at which two nodes took writes. */
  readonly overlaps: readonly Overlap[];
  readonly after: HealthyCluster;
}

async function untilAllWrite(writers: readonly Writer[], sinceMs: number, timeoutMs: number): Promise<void> {
  await until('every writer writes', { timeoutMs, intervalMs: 100 }, async () =>
    writers.every((writer) => writer.firstAcknowledgedAfter(sinceMs) !== null) ? true : undefined,
  );
}

/** From now until the node streams from the primary, in milliseconds. */
async function untilStreaming(primary: ClusterNode, nodeId: string): Promise<number> {
  const startedMs = performance.now();
  await until('the lost node streams', { timeoutMs: 120_000, intervalMs: 200 }, async () => {
    const rows = await querySql(
      primary.login('postgres'),
      `select from pg_stat_replication where state = 'streaming' and application_name = $1`,
      [nodeId],
    );
    return rows.length > 0 ? true : undefined;
  });
  return performance.now() - startedMs;
}

/**
 * Loses the primary of a healthy cluster while clients write through the others, and starts it again.
 *
 * @param lose - ends the primary's container.
 */
export async function loseAndReturn<Loss>(
  cluster: Cluster,
  lose: (primary: ClusterNode) => Promise<Loss>,
): Promise<Failover<Loss>> {
  const { primary, replicas, nodeIds } = await cluster.untilHealthy();
  const watch = cluster.watchPrimaries();
  const writers = replicas.map((node) => cluster.startWriter(node));
  try {
    await untilAllWrite(writers, performance.now() + 1000, 20_000);
    const loss = await lose(primary);
    // What was under way when the container ended may still be acknowledged.
    await untilAllWrite(writers, performance.now() + 300, 120_000);
    const successor = await until('there is a successor', { timeoutMs: 10_000 }, () => cluster.findPrimary());
    await primary.start();
    const returnedMs = await untilStreaming(successor, nodeIds.get(primary) ?? '');
    const after = await cluster.untilHealthy();
    const reports = await Promise.all(writers.map((writer) => writer.stop()));
    return {
      loss,
      primary,
      successor,
      returnedMs,
      reports,
      overlaps: await watch.stop(),
      after,
    };
  } finally {
    await Promise.all([...writers, watch].map((load) => load.stop()));
  }
}

/** A line about what a writer saw. */
export function describeReport({ acknowledged, longestGap, longGaps, errors }: WriteReport): string {
  const long = longGaps.map((gap) => `${Math.round(lengthMs(gap))} ms`).join(', ');
  return `${acknowledged} rows, longest gap ${Math.round(lengthMs(longestGap))} ms, over 1 s: ${long || 'none'}, ${errors.length} errors`;
}
