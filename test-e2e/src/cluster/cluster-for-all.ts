import { afterAll, afterEach, beforeAll } from 'vitest';
import { type Cluster, startCluster } from './cluster.ts';
import type { ClusterOptions } from './cluster-options.ts';

/**
 * One cluster for all tests of a `describe`: started before the first and removed after the last. After each test that
 * fails, the nodes' logs are kept and their status goes to the test's output.
 *
 * @returns gives the cluster, from the first test on.
 */
export function clusterForAll(options: ClusterOptions = {}): () => Cluster {
  let cluster: Cluster | undefined;
  beforeAll(async () => {
    cluster = await startCluster(options);
  });
  afterEach(async ({ task }) => {
    if (task.result?.state !== 'fail') return;
    const text = await cluster?.dump(task.name);
    if (text !== undefined) process.stderr.write(`${text}\n`);
  }, 120_000);
  afterAll(async () => {
    await cluster?.[Symbol.asyncDispose]();
  });
  return () => {
    if (cluster === undefined) throw new Error('the cluster has not started');
    return cluster;
  };
}
