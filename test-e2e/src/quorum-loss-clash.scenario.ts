import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { type Cluster, prepareCluster } from './cluster/cluster.ts';
import { querySql } from './cluster/sql.ts';
import { onVolume } from './cluster/volume.ts';
import { execute, report, shortTimes, untilReason } from './quorum-loss.ts';
import { until } from './waiting.ts';

const LONG_MS = 600_000;
const options = { nodes: 2, environment: { ...shortTimes, FORMATION_TIMEOUT: '5' } };

/** Two nodes that never heard of each other found a cluster each, the first one earlier. */
async function foundTwo(cluster: Cluster): Promise<void> {
  await cluster.specify(1);
  for (const node of cluster.nodes) {
    await cluster.listFor(node, [node]);
    await node.create();
    await until(`${node.name} serves`, { timeoutMs: 120_000 }, async () => {
      const { formed } = (await node.status()).cluster;
      return formed && (await node.isWritable()) ? true : undefined;
    });
  }
}

async function meet(cluster: Cluster): Promise<void> {
  await cluster.specify(2);
  await cluster.list(cluster.nodes);
  await cluster.listForAllAgain();
}

describe('two clusters of one app', () => {
  test(
    'Q9: two with data meet: the younger stops with a reason, both keep their data',
    async () => {
      await using cluster = await prepareCluster(options);
      try {
        await foundTwo(cluster);
        const [older, younger] = [cluster.node(1), cluster.node(2)];
        for (const node of [older, younger]) {
          await execute(node, `create table treasure as select '${node.name}' as owner`);
        }
        // The agents note that there is something of a user.
        await delay(15_000);
        await meet(cluster);
        const startedMs = performance.now();
        process.stderr.write(`Q9: ${await untilReason(younger, ['younger-cluster-stops'], 120_000)}\n`);
        process.stderr.write(`Q9: ${await untilReason(older, ['other-cluster-stops'], 120_000)}\n`);
        await until('the younger has stopped', { timeoutMs: 60_000 }, async () =>
          (await younger.isWritable().catch(() => false)) ? undefined : true,
        );
        report('Q9', 'the younger stopped', performance.now() - startedMs);
        const [row] = await querySql<{ owner: string }>(
          older.login('readWrite'),
          'select owner from treasure',
        );
        expect(row?.owner).toBe(older.name);
        await older.stop();
        await younger.stop();
        expect(await onVolume(younger, 'ls quarantine 2>/dev/null || true; ls pgdata')).toContain(
          'PG_VERSION',
        );
        // Alone again, the younger serves what it has.
        await cluster.listFor(younger, [younger]);
        await younger.start();
        const treasure = await until('the younger shows its row', { timeoutMs: 180_000 }, async () => {
          const [found] = await querySql<{ owner: string }>(
            younger.login('postgres'),
            'select owner from treasure',
          );
          return found?.owner;
        });
        expect(treasure).toBe(younger.name);
      } catch (error) {
        process.stderr.write(`${await cluster.dump('Q9')}\n`);
        throw error;
      }
    },
    LONG_MS,
  );

  test(
    'Q9: one without anything of a user gives way and joins',
    async () => {
      await using cluster = await prepareCluster(options);
      try {
        await foundTwo(cluster);
        await execute(cluster.node(2), 'create table treasure as select 1 as one');
        await delay(15_000);
        await meet(cluster);
        const startedMs = performance.now();
        // Whatever is written to the one that gives way goes with it.
        const { id: stays } = (await cluster.node(2).status()).cluster;
        await until('the empty one has given way', { timeoutMs: 120_000 }, async () =>
          (await cluster.node(1).status()).cluster.id === stays ? true : undefined,
        );
        const after = await cluster.untilHealthy(240_000);
        report('Q9 empty', 'healthy', performance.now() - startedMs);
        expect(after.primary).toBe(cluster.node(2));
        await querySql(cluster.node(1).login('postgres'), 'select one from treasure');
      } catch (error) {
        process.stderr.write(`${await cluster.dump('Q9 empty')}\n`);
        throw error;
      }
    },
    LONG_MS,
  );
});
