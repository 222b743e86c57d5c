import { beforeAll, describe, expect, test } from 'vitest';
import { clusterForAll } from './cluster/cluster-for-all.ts';
import { recreateAll } from './recreate.ts';

/** As Flux redeploys an app: one instance after the other. */
const PAUSE_MS = 30_000;

const orders = [
  [1, 2, 3],
  [1, 3, 2],
  [2, 1, 3],
  [2, 3, 1],
  [3, 1, 2],
  [3, 2, 1],
] as const;

describe('containers created anew on their volumes, in every order', () => {
  const theCluster = clusterForAll();

  beforeAll(async () => {
    await theCluster().untilHealthy();
  });

  test.each(orders)('R2: started in the order %i, %i, %i', { timeout: 400_000 }, async (...order) => {
    const { before, after, healthyAfterMs } = await recreateAll(theCluster(), order, PAUSE_MS);
    process.stderr.write(`R2 ${order}: healthy ${Math.round(healthyAfterMs)} ms after the last start\n`);
    expect(after.clusterId).toBe(before.clusterId);
    expect(after.epoch).toBe(before.epoch);
  });
});
