import { setTimeout as delay } from 'node:timers/promises';
import { beforeAll, describe, expect, test } from 'vitest';
import type { Cluster } from './cluster/cluster.ts';
import { clusterForAll } from './cluster/cluster-for-all.ts';
import { APP_NAME } from './cluster/cluster-options.ts';
import { etcdMembers, nodeIdOf } from './cluster/etcd-members.ts';
import type { ClusterNode } from './cluster/node.ts';
import { querySql } from './cluster/sql.ts';
import { lengthMs } from './load/gaps.ts';
import { until } from './waiting.ts';

/** Short enough that a wrong removal would happen within a test. */
const ABSENCE_GRACE_MS = 5000;
/** The API is asked every second, so this is longer than the grace by any way of counting. */
const LONGER_THAN_GRACE_MS = ABSENCE_GRACE_MS + 6000;

const apiFailures = [
  { kind: 'http-status', status: 500 },
  { kind: 'error-envelope' },
  { kind: 'data-null' },
  { kind: 'hang' },
] as const;

describe('membership and the Flux API', () => {
  const theCluster = clusterForAll({
    environment: {
      ABSENCE_GRACE: String(ABSENCE_GRACE_MS / 1000),
      UPDATE_INTERVAL_SECONDS: '1',
      // A dead node's Patroni key is a sign of life for this long.
      PATRONI_TTL: '26',
      PATRONI_LOOP_WAIT: '2',
    },
  });

  beforeAll(async () => {
    await theCluster().untilHealthy();
  });

  /** Runs while a client writes through every node; nobody may notice anything, and etcd's members stay who they are. */
  async function undisturbed(work: (cluster: Cluster) => Promise<void>): Promise<void> {
    const cluster = theCluster();
    const { primary } = await cluster.untilHealthy();
    const before = await etcdMembers(primary);
    const writers = cluster.nodes.map((node) => cluster.startWriter(node));
    await work(cluster);
    const reports = await Promise.all(writers.map((writer) => writer.stop()));
    expect(await etcdMembers(primary)).toEqual(before);
    for (const { errors, longestGap, acknowledged } of reports) {
      expect(errors).toEqual([]);
      expect(lengthMs(longestGap)).toBeLessThan(1000);
      expect(acknowledged).toBeGreaterThan(0);
    }
    expect((await cluster.untilHealthy()).primary).toBe(primary);
  }

  test('A2: a listing that is empty or halved once removes nobody', async () => {
    await undisturbed(async (cluster) => {
      for (const kind of ['empty', 'halved'] as const) {
        const since = new Date().toISOString();
        const paths: [string] = ['/apps/location'];
        await cluster.flux.setFaults({ kind, paths, remaining: cluster.nodes.length });
        await until('so many answers were given', { timeoutMs: 30_000 }, async () => {
          const asked = (await cluster.flux.requests()).filter(
            ({ time, path }) => time >= since && path.startsWith('/apps/location'),
          );
          return asked.length > cluster.nodes.length ? true : undefined;
        });
      }
    });
  });

  test('A2: a listing that stays empty for longer than the grace removes nobody', async () => {
    await undisturbed(async (cluster) => {
      await cluster.flux.setFaults({ kind: 'empty' });
      await delay(LONGER_THAN_GRACE_MS);
      await cluster.flux.clearFaults();
    });
  });

  test('A2: a listing that stays halved for longer than the grace removes nobody', async () => {
    await undisturbed(async (cluster) => {
      await cluster.flux.setFaults({ kind: 'halved' });
      await delay(LONGER_THAN_GRACE_MS);
      await cluster.flux.clearFaults();
    });
  });

  test('A2: a node that does not find itself in its listing serves on', async () => {
    await undisturbed(async (cluster) => {
      for (const node of cluster.nodes) {
        await cluster.listFor(
          node,
          cluster.nodes.filter((other) => other !== node),
        );
      }
      await delay(LONGER_THAN_GRACE_MS);
      await cluster.listForAllAgain();
    });
  });

  test('A2: while the API fails, not even a dead node is removed', async () => {
    const cluster = theCluster();
    const { primary, replicas } = await cluster.untilHealthy();
    const [dead, other] = replicas;
    if (dead === undefined || other === undefined) throw new Error('two replicas are needed');
    const before = await etcdMembers(primary);
    const writer = cluster.startWriter(other);
    await dead.kill();
    for (const failure of [...apiFailures, { kind: 'empty' } as const]) {
      await cluster.flux.setFaults(failure);
      await delay(LONGER_THAN_GRACE_MS / 3);
    }
    expect(await etcdMembers(primary)).toEqual(before);
    await cluster.flux.clearFaults();
    await dead.start();
    await cluster.untilHealthy();
    expect(lengthMs((await writer.stop()).longestGap)).toBeLessThan(3000);
  }, 240_000);

  async function traces(gone: string, primary: ClusterNode): Promise<readonly string[]> {
    const found: string[] = [];
    if ((await etcdMembers(primary)).some((member) => nodeIdOf(member) === gone)) found.push('etcd');
    if ((await primary.status()).members.some(({ nodeId }) => nodeId === gone)) found.push('status');
    const patroni = await primary.exec(['patronictl', '-c', '/run/flux-pg/patroni.yml', 'list', APP_NAME]);
    if (patroni.includes(gone)) found.push('patroni');
    const slots = await querySql<{ slot_name: string }>(
      primary.login('postgres'),
      'select slot_name from pg_replication_slots',
    );
    if (slots.some(({ slot_name: name }) => name === gone.replaceAll('-', '_'))) found.push('slots');
    return found;
  }

  test('M1: a node that is killed and deregistered is replaced by a new one', async () => {
    const cluster = theCluster();
    const { primary, replicas, nodeIds } = await cluster.untilHealthy();
    const [leaving] = replicas;
    if (leaving === undefined) throw new Error('no replica');
    const goneId = nodeIds.get(leaving) ?? '';
    const watch = cluster.watchPrimaries();
    const writer = cluster.startWriter(primary);
    await leaving.kill();
    cluster.dropNode(leaving);
    await cluster.list(cluster.nodes);
    const killedMs = performance.now();
    const joining = await cluster.addNode();
    await joining.create();
    await cluster.list(cluster.nodes);
    const healthy = await cluster.untilHealthy(150_000);
    process.stderr.write(`M1: healthy ${Math.round(performance.now() - killedMs)} ms after the loss\n`);
    expect(healthy.replicas).toContain(joining);
    await until('the lost node leaves no trace', { timeoutMs: 60_000, intervalMs: 1000 }, async () => {
      const found = await traces(goneId, healthy.primary);
      if (found.length > 0) throw new Error(`still in ${found.join(', ')}`);
      return true;
    });
    const report = await writer.stop();
    expect(lengthMs(report.longestGap)).toBeLessThan(3000);
    expect(await watch.stop()).toEqual([]);
    expect(healthy.primary).toBe(primary);
  }, 300_000);
});
