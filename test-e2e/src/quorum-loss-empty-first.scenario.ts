import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { clusterForAll } from './cluster/cluster-for-all.ts';
import { loseEtcdData, onVolume } from './cluster/volume.ts';
import { report, shortTimes, stopAll } from './quorum-loss.ts';

const LONG_MS = 300_000;

describe('etcd lost everywhere', () => {
  const theCluster = clusterForAll({ environment: shortTimes });

  test(
    'Q7: a node without data that starts first, with the lowest address, does not outrank the data',
    async () => {
      const cluster = theCluster();
      const before = await cluster.untilHealthy();
      await stopAll(cluster);
      await Promise.all(cluster.nodes.map((node) => loseEtcdData(node)));
      const empty = cluster.node(1);
      await onVolume(empty, 'rm -rf pgdata');
      await empty.start();
      await delay(5000);
      await Promise.all(cluster.nodes.filter((node) => node !== empty).map((node) => node.start()));
      const startedMs = performance.now();
      const after = await cluster.untilHealthy(180_000);
      report('Q7', 'healthy', performance.now() - startedMs);
      expect(after.primary).not.toBe(empty);
      expect(after.clusterId).toBe(before.clusterId);
    },
    LONG_MS,
  );
});
