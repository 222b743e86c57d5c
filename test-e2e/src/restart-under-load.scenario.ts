import { setTimeout as delay } from 'node:timers/promises';
import { beforeAll, describe, expect, test } from 'vitest';
import type { Cluster } from './cluster/cluster.ts';
import { clusterForAll } from './cluster/cluster-for-all.ts';
import type { HealthyCluster } from './cluster/health.ts';
import type { ClusterNode } from './cluster/node.ts';
import { describeReport } from './failover.ts';
import { lengthMs } from './load/gaps.ts';
import { execute, first, identities, leaveTailOnPrimary, report, shortTimes } from './quorum-loss.ts';
import { until } from './waiting.ts';

/** As Flux redeploys an app: one instance after the other. */
const PAUSE_MS = 30_000;
const LONG_MS = 480_000;

const orders = [
  [0, 1, 2],
  [0, 2, 1],
  [1, 0, 2],
  [1, 2, 0],
  [2, 0, 1],
  [2, 1, 0],
] as const;

/** Stops and removes every container while clients write through each node until the very end. */
async function stopUnderLoad(cluster: Cluster): Promise<void> {
  const writers = cluster.nodes.map((node) => cluster.startWriter(node));
  await delay(2000);
  await Promise.all(cluster.nodes.map((node) => node.stop()));
  await Promise.all(writers.map((writer) => writer.stop()));
  await Promise.all(cluster.nodes.map((node) => node.remove()));
}

async function createInTurn(nodes: readonly ClusterNode[], pauseMs: number): Promise<number> {
  for (const [index, node] of nodes.entries()) {
    if (index > 0) await delay(pauseMs);
    await node.create();
  }
  return performance.now();
}

function expectSameCluster(before: HealthyCluster, after: HealthyCluster): void {
  expect(after.clusterId).toBe(before.clusterId);
  expect(after.epoch).toBe(before.epoch);
  expect(identities(after)).toEqual(identities(before));
}

describe('restarts of the whole cluster', () => {
  const theCluster = clusterForAll({ environment: shortTimes });

  beforeAll(async () => {
    await theCluster().untilHealthy(180_000);
  });

  test(
    'R6: the last primary returns 90 s after the others, and the rows that only it has are kept',
    async () => {
      const cluster = theCluster();
      const before = await cluster.untilHealthy();
      const watch = cluster.watchPrimaries();
      const tail = await leaveTailOnPrimary(cluster, before);
      expect(tail).toBeGreaterThan(0);
      await Promise.all(before.replicas.map((node) => node.start()));
      await delay(90_000);
      await before.primary.start();
      const startedMs = performance.now();
      const after = await cluster.untilHealthy(180_000);
      report('R6', `healthy with ${tail} unshipped rows`, performance.now() - startedMs);
      expectSameCluster(before, after);
      expect(await watch.stop()).toEqual([]);
    },
    LONG_MS,
  );

  test(
    'R3: a replica that is 1000 rows behind and starts first never leads',
    async () => {
      const cluster = theCluster();
      const before = await cluster.untilHealthy();
      const stale = first(before.replicas);
      const watch = cluster.watchPrimaries();
      await stale.kill();
      const writer = cluster.startWriter(before.primary, 'postgres');
      await execute(before.primary, 'create table if not exists many_rows (number integer)');
      await execute(before.primary, 'insert into many_rows select generate_series(1, 1000)');
      await delay(2000);
      await writer.stop();
      const others = cluster.nodes.filter((node) => node !== stale);
      await Promise.all(others.map((node) => node.stop()));
      await stale.start();
      await delay(PAUSE_MS);
      expect(await stale.isWritable().catch(() => false)).toBe(false);
      await Promise.all(others.map((node) => node.start()));
      const startedMs = performance.now();
      const after = await cluster.untilHealthy(180_000);
      report('R3', 'healthy', performance.now() - startedMs);
      expectSameCluster(before, after);
      expect(after.primary).not.toBe(stale);
      expect(await watch.stop()).toEqual([]);
    },
    LONG_MS,
  );

  test.each(orders)(
    'R2: clients write until the stop; started in the order %i, %i, %i of primary and replicas, nothing is lost',
    async (...order) => {
      const cluster = theCluster();
      const before = await cluster.untilHealthy();
      await stopUnderLoad(cluster);
      const watch = cluster.watchPrimaries();
      const ranked = [before.primary, ...before.replicas];
      const startedMs = await createInTurn(
        order.flatMap((place) => ranked[place] ?? []),
        PAUSE_MS,
      );
      const after = await cluster.untilHealthy(180_000);
      report(`R2 ${order}`, 'healthy', performance.now() - startedMs);
      expectSameCluster(before, after);
      expect(await watch.stop()).toEqual([]);
    },
    LONG_MS,
  );

  test(
    'R4: a rolling recreation under load loses nothing, and each handover costs less than 5 s',
    async () => {
      const cluster = theCluster();
      const before = await cluster.untilHealthy();
      const watch = cluster.watchPrimaries();
      for (const node of cluster.nodes) {
        const writers = cluster.nodes
          .filter((other) => other !== node)
          .map((other) => cluster.startWriter(other));
        await delay(1000);
        const startedMs = performance.now();
        await node.recreate();
        const after = await cluster.untilHealthy(180_000);
        const reports = await Promise.all(writers.map((writer) => writer.stop()));
        process.stderr.write(`R4: ${reports.map(describeReport).join('; ')}\n`);
        expectSameCluster(before, after);
        for (const { longestGap } of reports) expect(lengthMs(longestGap)).toBeLessThan(5000);
        await until('a minute has passed', { timeoutMs: 61_000 }, async () =>
          performance.now() - startedMs > 60_000 ? true : undefined,
        );
      }
      expect(await watch.stop()).toEqual([]);
    },
    LONG_MS,
  );
});
