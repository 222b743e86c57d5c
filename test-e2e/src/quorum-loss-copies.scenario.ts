import { setTimeout as delay } from 'node:timers/promises';
import { beforeAll, describe, expect, test } from 'vitest';
import { clusterForAll } from './cluster/cluster-for-all.ts';
import { emptyVolume, loseEtcdData, onVolume, restoreEtcdData, saveVolume } from './cluster/volume.ts';
import {
  first,
  leaveTailOnPrimary,
  report,
  SERVES_WITHIN_MS,
  serveNothing,
  shortTimes,
  startAll,
  stopAll,
} from './quorum-loss.ts';
import { until } from './waiting.ts';

const LONG_MS = 600_000;

/**
 * What pg_rewind writes next to last; its last write, to the control file, is missing. The place to begin from is the copy's
 * own, as some WAL that nobody has any more would keep PostgreSQL starting for ever.
 */
const writeRewindLabel = `
control=$(/usr/lib/postgresql/*/bin/pg_controldata -D pgdata)
told() { echo "$control" | sed -n "s/^Latest checkpoint$1: *//p"; }
cat > pgdata/backup_label <<END
START WAL LOCATION: $(told "'s REDO location") (file $(told "'s REDO WAL file"))
CHECKPOINT LOCATION: $(told " location")
BACKUP METHOD: pg_rewind
BACKUP FROM: standby
START TIME: 2026-01-01 00:00:00 UTC
END
chown postgres: pgdata/backup_label
cat pgdata/backup_label`;

describe('which copy leads when etcd is lost or old', () => {
  const theCluster = clusterForAll({ environment: shortTimes });

  beforeAll(async () => {
    await theCluster().untilHealthy(180_000);
  });

  test(
    'Q19: the furthest copy leads although its node has the oldest etcd data',
    async () => {
      const cluster = theCluster();
      await cluster.untilHealthy(180_000);
      await stopAll(cluster);
      for (const node of cluster.nodes) await saveVolume(node);
      await startAll(cluster);
      const before = await cluster.untilHealthy(180_000);
      const tail = await leaveTailOnPrimary(cluster, before);
      expect(tail).toBeGreaterThan(0);
      await restoreEtcdData(before.primary);
      const startedMs = await startAll(cluster);
      const after = await cluster.untilHealthy(300_000);
      report('Q19', `healthy with ${tail} unshipped rows`, performance.now() - startedMs);
      expect(after.primary).toBe(before.primary);
    },
    LONG_MS,
  );

  test(
    'Q7: a node with a wholly empty volume and the lowest address starts first, and the data wins',
    async () => {
      const cluster = theCluster();
      const before = await cluster.untilHealthy(180_000);
      const empty = cluster.node(1);
      await stopAll(cluster);
      await Promise.all(cluster.nodes.map((node) => loseEtcdData(node)));
      await emptyVolume(empty);
      await empty.start();
      await delay(30_000);
      expect((await empty.status()).cluster.id).toBe(null);
      await Promise.all(cluster.nodes.filter((node) => node !== empty).map((node) => node.start()));
      const startedMs = performance.now();
      const after = await cluster.untilHealthy(300_000);
      report('Q7', 'healthy', performance.now() - startedMs);
      expect(after.clusterId).toBe(before.clusterId);
      expect(after.primary).not.toBe(empty);
    },
    LONG_MS,
  );

  test.each(['recovery-begins', 'all-acknowledged', 'epoch-seeded'])(
    'Q8: the seeder is killed at %s, and the same epoch completes',
    async (reason) => {
      const cluster = theCluster();
      const before = await cluster.untilHealthy(180_000);
      await stopAll(cluster);
      await Promise.all(cluster.nodes.map((node) => loseEtcdData(node)));
      await Promise.all(cluster.nodes.map((node) => node.remove()));
      await Promise.all(cluster.nodes.map((node) => node.create()));
      const seeder = await until(
        `somebody says ${reason}`,
        { timeoutMs: 120_000, intervalMs: 50 },
        async () => {
          const logs = await Promise.all(
            cluster.nodes.map((node) =>
              node.exec(['grep', '-c', reason, '/var/log/supervisor/updater.out.log']).catch(() => '0'),
            ),
          );
          return cluster.nodes.find((_, index) => Number(logs[index]) > 0);
        },
      );
      await seeder.kill();
      await delay(3000);
      await seeder.start();
      const startedMs = performance.now();
      const after = await cluster.untilHealthy(300_000);
      report('Q8', `${reason}: healthy`, performance.now() - startedMs);
      expect(after.clusterId).toBe(before.clusterId);
      expect(after.epoch).toBe((before.epoch ?? 0) + 1);
    },
    LONG_MS,
  );

  test(
    'Q20: a copy whose rewind was cut short never leads: neither alone, nor beside another',
    async () => {
      const cluster = theCluster();
      const before = await cluster.untilHealthy(180_000);
      const node = first(before.replicas);
      await stopAll(cluster);
      await Promise.all(cluster.nodes.map((other) => loseEtcdData(other)));
      process.stderr.write(`Q20: ${await onVolume(node, writeRewindLabel)}\n`);
      await cluster.list([node]);
      await node.start();
      await serveNothing([node], SERVES_WITHIN_MS);
      const { reason, detail } = (await node.status()).node;
      process.stderr.write(`Q20: alone it says ${reason}: ${detail}\n`);
      await cluster.list(cluster.nodes);
      await Promise.all(cluster.nodes.filter((other) => other !== node).map((other) => other.start()));
      const startedMs = performance.now();
      const after = await cluster.untilHealthy(300_000);
      report('Q20', 'healthy', performance.now() - startedMs);
      expect(after.primary).not.toBe(node);
    },
    LONG_MS,
  );
});
