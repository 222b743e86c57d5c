import { beforeAll, describe, expect, test } from 'vitest';
import { clusterForAll } from './cluster/cluster-for-all.ts';
import { loseEtcdData } from './cluster/volume.ts';
import {
  first,
  killAndDelist,
  type Loss,
  leaveTailOnPrimary,
  report,
  SERVES_WITHIN_MS,
  shortTimes,
  startAll,
  untilServes,
} from './quorum-loss.ts';
import type { PrimaryWatch } from './watch/primary-watch.ts';

const LONG_MS = 300_000;

describe('quorum loss', () => {
  const theCluster = clusterForAll({ environment: shortTimes });
  let watch: PrimaryWatch;
  let loss: Loss;

  beforeAll(async () => {
    await theCluster().untilHealthy();
  });

  test(
    'Q1: the survivor of three serves with every row once the others are gone',
    async () => {
      const cluster = theCluster();
      const { replicas } = await cluster.untilHealthy();
      watch = cluster.watchPrimaries();
      loss = await killAndDelist(cluster, (node) => node !== first(replicas));
      const tookMs = await untilServes(cluster, loss);
      report('Q1', 'writes', tookMs);
      expect(tookMs).toBeLessThan(SERVES_WITHIN_MS);
      expect((await first(loss.survivors).status()).cluster.epoch).toBe((loss.before.epoch ?? 0) + 1);
    },
    LONG_MS,
  );

  test(
    'Q16: the majority returns after that, joins, and never are there two primaries',
    async () => {
      const cluster = theCluster();
      const survivor = first(loss.survivors);
      await cluster.list(cluster.nodes);
      await Promise.all(cluster.nodes.filter((node) => node !== survivor).map((node) => node.start()));
      const returnedMs = performance.now();
      const after = await cluster.untilHealthy(180_000);
      report('Q16', 'healthy', performance.now() - returnedMs);
      expect(after.primary).toBe(survivor);
      expect(after.clusterId).toBe(loss.before.clusterId);
      expect(after.epoch).toBe((loss.before.epoch ?? 0) + 1);
      expect(watch.writableAnswers).toBeGreaterThan(0);
      expect(await watch.stop()).toEqual([]);
    },
    LONG_MS,
  );

  test(
    'Q5: etcd lost everywhere is built anew on the copy with the last rows',
    async () => {
      const cluster = theCluster();
      const before = await cluster.untilHealthy();
      const tail = await leaveTailOnPrimary(cluster, before);
      expect(tail).toBeGreaterThan(0);
      await Promise.all(cluster.nodes.map((node) => loseEtcdData(node)));
      const startedMs = await startAll(cluster);
      const after = await cluster.untilHealthy(180_000);
      report('Q5', `healthy with ${tail} unshipped rows`, performance.now() - startedMs);
      expect(after.primary).toBe(before.primary);
      expect(after.clusterId).toBe(before.clusterId);
      expect(after.epoch).toBe((before.epoch ?? 0) + 1);
    },
    LONG_MS,
  );
});
