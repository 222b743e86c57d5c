import { afterEach } from 'vitest';
import type { Cluster } from './cluster/cluster.ts';

/** After a failed test the nodes' logs are kept, and their status goes to the test's output. */
export function dumpOnFailure(cluster: () => Cluster | undefined): void {
  afterEach(async ({ task }) => {
    if (task.result?.state !== 'fail') return;
    const text = await cluster()?.dump(task.name);
    if (text !== undefined) process.stderr.write(`${text}\n`);
  }, 120_000);
}
