import { setTimeout as delay } from 'node:timers/promises';
import { expect, test } from 'vitest';
import {
  expectOnlyHolder,
  LONGER_THAN_FORMATION_MS,
  listWithVeteran,
  onOwnCluster,
  shortTimes,
} from './own-cluster.ts';

test('F11: empty nodes initialise nothing while a listed one that holds the data is silent', async ({
  task,
}) => {
  await onOwnCluster(task.name, { environment: shortTimes }, async ({ cluster, volumes }) => {
    const [first, second, holder] = [cluster.node(1), cluster.node(2), cluster.node(3)];
    await cluster.specify(1);
    await cluster.list([holder]);
    await holder.create();
    const before = await cluster.untilHealthy(120_000, [holder]);
    await holder.kill();
    await cluster.specify(3);
    await listWithVeteran(cluster, holder, cluster.nodes);
    await Promise.all([first.create(), second.create()]);
    await delay(LONGER_THAN_FORMATION_MS);
    expectOnlyHolder(volumes, holder, [first, second]);
    expect((await first.status()).node.reason).toBe('peer-silent');
    await holder.start();
    // The rows that were acknowledged before are a part of what healthy means.
    const after = await cluster.untilHealthy(180_000);
    expect(after.clusterId).toBe(before.clusterId);
    expect([...volumes.report().systemIds]).toHaveLength(1);
  });
}, 480_000);
