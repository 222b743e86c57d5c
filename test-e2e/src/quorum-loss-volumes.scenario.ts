import { setTimeout as delay } from 'node:timers/promises';
import { beforeAll, describe, expect, test } from 'vitest';
import type { Cluster } from './cluster/cluster.ts';
import { clusterForAll } from './cluster/cluster-for-all.ts';
import type { ClusterNode } from './cluster/node.ts';
import { emptyVolume, onVolume, restoreVolume, saveVolume } from './cluster/volume.ts';
import { first, identities, report, shortTimes, stopAll } from './quorum-loss.ts';

const LONG_MS = 600_000;

/** Rows for some seconds, and a new segment of WAL. */
async function someRows(cluster: Cluster, node: ClusterNode): Promise<void> {
  const writer = cluster.startWriter(node);
  await delay(3000);
  await writer.stop();
}

describe('damaged and old volumes', () => {
  const theCluster = clusterForAll({ environment: shortTimes });

  beforeAll(async () => {
    await theCluster().untilHealthy(180_000);
  });

  /** Stops a replica, does something to its volume and starts it; the others must go on leading. */
  async function damageReplica(id: string, script: string): Promise<ClusterNode> {
    const cluster = theCluster();
    const { replicas } = await cluster.untilHealthy(180_000);
    const node = first(replicas);
    await node.stop();
    await someRows(cluster, first(replicas.filter((other) => other !== node)));
    process.stderr.write(`${id}: ${await onVolume(node, script)}\n`);
    await node.start();
    return node;
  }

  test.each([
    ['a truncated snapshot database', 'truncate -s 4096 etcd/member/snap/db'],
    ['a truncated WAL', 'for file in etcd/member/wal/*.wal; do truncate -s 100 "$file"; done'],
    [
      'garbage in the WAL',
      'for file in etcd/member/wal/*.wal; do printf garbage | dd of="$file" bs=1 seek=40 conv=notrunc status=none; done',
    ],
    ['no snapshot database', 'rm etcd/member/snap/db'],
    // etcd takes such a directory for a fresh one.
    ['no WAL', 'rm -rf etcd/member/wal'],
  ])(
    'Q11: etcd data with %s is set aside, and the node joins again',
    async (what, script) => {
      const cluster = theCluster();
      const before = await cluster.untilHealthy(180_000);
      await damageReplica('Q11', script);
      const startedMs = performance.now();
      const after = await cluster.untilHealthy(240_000);
      report('Q11', `${what}: healthy`, performance.now() - startedMs);
      expect(identities(after)).toEqual(identities(before));
      expect(after.epoch).toBe(before.epoch);
    },
    LONG_MS,
  );

  test.each([
    ['no control file', 'rm pgdata/global/pg_control'],
    ['an empty control file', 'truncate -s 0 pgdata/global/pg_control'],
    ['a wrong owner', 'chown -R root:root pgdata'],
    ['half of its files', 'rm -rf pgdata/base'],
    ['the files of another major version', 'echo 9.6 > pgdata/PG_VERSION'],
  ])(
    'Q12: data with %s is repaired, or the node stops with a reason; it never leads',
    async (what, script) => {
      const cluster = theCluster();
      const watch = cluster.watchPrimaries();
      const node = await damageReplica('Q12', script);
      const startedMs = performance.now();
      const repaired = await cluster.untilHealthy(120_000).then(
        ({ primary }) => {
          expect(primary).not.toBe(node);
          return true;
        },
        () => false,
      );
      const { reason, detail, failure } = (await node.status()).node;
      report(
        'Q12',
        `${what}: ${repaired ? 'repaired' : `${reason}: ${detail} ${failure ?? ''}`}`,
        performance.now() - startedMs,
      );
      expect(await watch.stop()).toEqual([]);
      if (repaired) return;
      expect(reason).not.toBe('steady');
      // As a user who reads the reason would: the others hold the data, so an empty volume will do.
      await node.stop();
      await node.remove();
      await emptyVolume(node);
      await node.create();
      await cluster.untilHealthy(240_000);
    },
    LONG_MS,
  );

  test.each(['replica', 'primary'] as const)(
    'Q18: the old volume of a %s is put back: it follows and never leads',
    async (role) => {
      const cluster = theCluster();
      const before = await cluster.untilHealthy(180_000);
      const node = role === 'primary' ? before.primary : first(before.replicas);
      await node.stop();
      await saveVolume(node);
      await node.start();
      await cluster.untilHealthy(180_000);
      for (const other of cluster.nodes) await someRows(cluster, other);
      await cluster.untilHealthy(180_000);
      const watch = cluster.watchPrimaries();
      await stopAll(cluster);
      await restoreVolume(node);
      // The old volume first, alone: it must not lead although everything on it looks whole.
      await node.start();
      await delay(20_000);
      expect(await node.isWritable().catch(() => false)).toBe(false);
      await Promise.all(cluster.nodes.filter((other) => other !== node).map((other) => other.start()));
      const startedMs = performance.now();
      const after = await cluster.untilHealthy(300_000);
      report('Q18', `${role}: healthy`, performance.now() - startedMs);
      expect(after.primary).not.toBe(node);
      expect(after.clusterId).toBe(before.clusterId);
      expect(await watch.stop()).toEqual([]);
    },
    LONG_MS,
  );
});
