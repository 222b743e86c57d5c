import { type Cluster, startCluster } from './cluster.ts';
import type { ClusterOptions } from './cluster-options.ts';

/** Runs a test on a healthy cluster of its own. When it fails, the nodes' logs are kept and their status is put out. */
export async function withCluster(
  title: string,
  options: ClusterOptions,
  work: (cluster: Cluster) => Promise<void>,
): Promise<void> {
  await using cluster = await startCluster(options);
  try {
    await cluster.untilHealthy(180_000);
    await work(cluster);
  } catch (error) {
    process.stderr.write(`${await cluster.dump(title)}\n`);
    throw error;
  }
}
