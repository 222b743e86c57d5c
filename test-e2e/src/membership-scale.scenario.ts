import { describe, expect, test } from 'vitest';
import type { Cluster } from './cluster/cluster.ts';
import { withCluster } from './cluster/with-cluster.ts';
import { lengthMs } from './load/gaps.ts';
import { report, shortTimes } from './quorum-loss.ts';

const LONG_MS = 900_000;

/** As a user who raises the number of instances: new ones appear one after the other. */
async function grow(cluster: Cluster, size: number): Promise<void> {
  await cluster.specify(size);
  while (cluster.nodes.length < size) {
    const node = await cluster.addNode();
    await node.create();
    await cluster.list(cluster.nodes);
  }
}

/** As a user who lowers it: Flux stops and delists some, here the last. */
async function shrink(cluster: Cluster, size: number): Promise<void> {
  await cluster.specify(size);
  const leaving = cluster.nodes.slice(size);
  await Promise.all(leaving.map((node) => node.stop()));
  await Promise.all(leaving.map((node) => node.remove()));
  for (const node of leaving) cluster.dropNode(node);
  await cluster.list(cluster.nodes);
}

async function untilSettled(cluster: Cluster, what: string): Promise<void> {
  const startedMs = performance.now();
  await cluster.untilHealthy(300_000);
  report('M2', what, performance.now() - startedMs);
}

describe('M2: other numbers of instances', () => {
  test(
    'M2: from three to five and back to three',
    async () => {
      await withCluster('M2 five', { environment: shortTimes }, async (cluster) => {
        const watch = cluster.watchPrimaries();
        const writer = cluster.startWriter(cluster.node(1));
        await grow(cluster, 5);
        await untilSettled(cluster, 'healthy with five');
        expect(lengthMs((await writer.stop()).longestGap)).toBeLessThan(5000);
        await shrink(cluster, 3);
        await untilSettled(cluster, 'healthy with three again');
        expect(await watch.stop()).toEqual([]);
      });
    },
    LONG_MS,
  );

  test(
    'M2: from one to three',
    async () => {
      const options = { nodes: 1, environment: { ...shortTimes, FORMATION_TIMEOUT: '5' } };
      await withCluster('M2 one', options, async (cluster) => {
        const watch = cluster.watchPrimaries();
        const writer = cluster.startWriter(cluster.node(1));
        await grow(cluster, 3);
        await untilSettled(cluster, 'healthy with three from one');
        expect(lengthMs((await writer.stop()).longestGap)).toBeLessThan(5000);
        expect(await watch.stop()).toEqual([]);
      });
    },
    LONG_MS,
  );
});
