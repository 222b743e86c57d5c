import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import type { ClusterNode } from './cluster/node.ts';
import { querySql } from './cluster/sql.ts';
import { withCluster } from './cluster/with-cluster.ts';
import { execute, first, GRACE_MS, report, serveNothing, shortTimes } from './quorum-loss.ts';

const LONG_MS = 900_000;

/** Stops or lets go on the process that receives WAL from the primary. */
async function signalReceiver(node: ClusterNode, signal: 'STOP' | 'CONT'): Promise<void> {
  await node.exec(['pkill', `-${signal}`, '-f', 'walreceiver']);
}

describe('the last primary is lost', () => {
  test.each(['on', 'quorum'] as const)(
    'R9: all stop under load with SYNCHRONOUS_MODE=%s and the primary never returns: nothing is lost',
    async (mode) => {
      const options = { environment: { ...shortTimes, SYNCHRONOUS_MODE: mode } };
      await withCluster(`R9 ${mode}`, options, async (cluster) => {
        const { primary, replicas, clusterId } = await cluster.untilHealthy();
        const watch = cluster.watchPrimaries();
        const writers = cluster.nodes.map((node) => cluster.startWriter(node));
        await delay(5000);
        await Promise.all([primary.kill(), ...replicas.map((node) => node.stop())]);
        await Promise.all(writers.map((writer) => writer.stop()));
        cluster.dropNode(primary);
        const fresh = await cluster.addNode();
        await cluster.list(cluster.nodes);
        for (const node of [...replicas, fresh]) {
          await (node === fresh ? node.create() : node.start());
          await delay(10_000);
        }
        const startedMs = performance.now();
        const after = await cluster.untilHealthy(480_000);
        report(`R9 ${mode}`, 'healthy', performance.now() - startedMs);
        expect(after.clusterId).toBe(clusterId);
        expect(await watch.stop()).toEqual([]);
      });
    },
    LONG_MS,
  );

  test(
    'R7: both replicas are more than 1 MiB behind the primary that is gone: the further one leads',
    async () => {
      await withCluster('R7', { environment: shortTimes }, async (cluster) => {
        const { primary, replicas } = await cluster.untilHealthy();
        const behind = first(replicas);
        const further = first(replicas.filter((node) => node !== behind));
        const watch = cluster.watchPrimaries();
        await execute(primary, 'create table tail (filler text)');
        await signalReceiver(behind, 'STOP');
        // More than the sockets of a stopped process can hold.
        await execute(primary, "insert into tail select repeat('x', 1000) from generate_series(1, 30000)");
        const writer = cluster.startWriter(primary, 'postgres');
        await delay(2000);
        await writer.stop();
        await delay(2000);
        await signalReceiver(further, 'STOP');
        await execute(primary, "insert into tail select repeat('x', 1000) from generate_series(1, 30000)");
        // Patroni writes the primary's position to etcd once per loop.
        await delay(6000);
        await primary.kill();
        await Promise.all(replicas.map((node) => signalReceiver(node, 'CONT')));
        cluster.dropNode(primary);
        await cluster.list(cluster.nodes);
        await serveNothing(cluster.nodes, GRACE_MS / 4);
        const fresh = await cluster.addNode();
        await fresh.create();
        await cluster.list(cluster.nodes);
        const startedMs = performance.now();
        const after = await cluster.untilHealthy(480_000);
        report('R7', 'healthy', performance.now() - startedMs);
        const [row] = await querySql<{ count: string }>(
          after.primary.login('postgres'),
          'select count(*) from tail',
        );
        process.stderr.write(`R7: ${row?.count} of 60000 rows\n`);
        expect(after.primary).toBe(further);
        expect(await watch.stop()).toEqual([]);
      });
    },
    LONG_MS,
  );
});
