import { type Cluster, startCluster } from './cluster.ts';
import type { ClusterOptions } from './cluster-options.ts';

/** Time for seven nodes on a machine that has little for them. */
const FORMED_WITHIN_MS = 420_000;

/** Runs a test on a healthy cluster of its own. When it fails, the nodes' logs are kept and their status is put out. */
export async function withCluster(
  title: string,
  options: ClusterOptions,
  work: (cluster: Cluster) => Promise<void>,
): Promise<void> {
  await using cluster = await startCluster(options);
  try {
    await cluster.untilHealthy(FORMED_WITHIN_MS);
    await work(cluster);
  } catch (error) {
    process.stderr.write(`${await cluster.dump(title)}\n`);
    throw error;
  }
}
