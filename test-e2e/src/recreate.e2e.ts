import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Cluster, startCluster } from './cluster/cluster.ts';
import { dumpOnFailure } from './dump-on-failure.ts';
import { recreateAll } from './recreate.ts';

describe('containers created anew on their volumes', () => {
  let cluster: Cluster | undefined;
  dumpOnFailure(() => cluster);

  beforeAll(async () => {
    cluster = await startCluster();
    await cluster.untilHealthy();
  });
  afterAll(async () => {
    await cluster?.[Symbol.asyncDispose]();
  });

  test('R2: all recreated, the lowest address last, are the same cluster with every row', async () => {
    if (cluster === undefined) throw new Error('the cluster has not started');
    const { before, after, healthyAfterMs } = await recreateAll(cluster, [3, 2, 1], 5000);
    process.stderr.write(`R2: healthy ${Math.round(healthyAfterMs)} ms after the last start\n`);
    expect(after.clusterId).toBe(before.clusterId);
    expect(after.epoch).toBe(before.epoch);
  }, 300_000);
});
