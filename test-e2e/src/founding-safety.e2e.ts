import { setTimeout as delay } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { expectNothingFounded, onOwnCluster } from './own-cluster.ts';

/** In which listings disagree; far shorter than FORMATION_TIMEOUT, as a disagreement on Flux is. */
const DISAGREEING_MS = 20_000;

test('F4: nodes that are listed each to itself only found nothing until they see a majority', async ({
  task,
}) => {
  const environment = { UPDATE_INTERVAL_SECONDS: '1' };
  await onOwnCluster(task.name, { environment }, async ({ cluster, volumes }) => {
    for (const node of cluster.nodes) await cluster.listFor(node, [node]);
    await Promise.all(cluster.nodes.map((node) => node.create()));
    await delay(DISAGREEING_MS);
    expectNothingFounded(volumes, cluster.nodes);
    for (const node of cluster.nodes) expect((await node.status()).node.reason).toBe('majority-not-listed');
    await cluster.listForAllAgain();
    await cluster.untilHealthy(180_000);
  });
}, 300_000);
