import { beforeAll, describe, expect, test } from 'vitest';
import { clusterForAll } from './cluster/cluster-for-all.ts';
import type { ClusterNode } from './cluster/node.ts';
import { onVolume } from './cluster/volume.ts';
import { first, identities, report, shortTimes } from './quorum-loss.ts';
import { until } from './waiting.ts';

const LONG_MS = 600_000;
const ordered = ['flux-pg', 'reclone'];
const dry = [...ordered, '--dry-run'];

/** What identifies a PGDATA in the place of another one. */
async function inodeOf(node: ClusterNode): Promise<string> {
  return (await node.exec(['stat', '-c', '%i', '/var/lib/postgresql/data/pgdata'])).trim();
}

/** What a node's agent has logged after so many lines. */
async function agentLog(node: ClusterNode, after = 0): Promise<string> {
  return await node.exec(['tail', '-n', `+${after + 1}`, '/var/log/supervisor/updater.out.log']);
}

/** Waits until the command has something to say about a copy that is not well: before that, nobody may be proven to lead. */
async function untilExplained(node: ClusterNode): Promise<string> {
  return await until(`${node.name} explains a re-clone`, { timeoutMs: 120_000, intervalMs: 1000 }, () =>
    node.exec(dry),
  );
}

describe('a copy that a person gives up', () => {
  const theCluster = clusterForAll({ environment: shortTimes });

  beforeAll(async () => {
    await theCluster().untilHealthy(180_000);
  }, 240_000);

  test('the order is refused on the primary, and on a replica that follows', async () => {
    const { primary, replicas } = await theCluster().untilHealthy();
    for (const command of [dry, ordered]) {
      await expect(primary.exec(command)).rejects.toThrow(/ended with 3: Refused.*is the primary/s);
      for (const replica of replicas) {
        await expect(replica.exec(command)).rejects.toThrow(/ended with 3: Refused.*follows the primary/s);
      }
    }
    await theCluster().untilHealthy();
  });

  test.each([
    [
      'a damaged control file',
      'printf garbage | dd of=pgdata/global/pg_control bs=1 seek=40 conv=notrunc status=none',
    ],
    ['no WAL', 'rm -rf pgdata/pg_wal'],
  ])(
    'with %s a replica is cloned anew by `flux-pg reclone`, and every row is there',
    async (what, script) => {
      const cluster = theCluster();
      const before = await cluster.untilHealthy(180_000);
      const node = first(before.replicas);
      const watch = cluster.watchPrimaries();
      const writer = cluster.startWriter(before.primary);
      const logged = (await agentLog(node)).split('\n').length - 1;
      await node.stop();
      await onVolume(node, script);
      await node.start();
      const told = await untilExplained(node);
      process.stderr.write(`reclone ${what}: ${told}\n`);
      expect(told).toContain('Dry run: nothing is changed');
      expect(told).toContain("This node's own copy of the data is given up");
      const { reason, detail, failure } = (await node.status()).node;
      process.stderr.write(
        `reclone ${what}: before the order it says ${reason}: ${detail} ${failure ?? ''}\n`,
      );
      const damaged = await inodeOf(node);
      expect(await agentLog(node, logged)).not.toContain('reclone-');

      const startedMs = performance.now();
      expect(await node.exec(ordered)).toContain('is given up');
      const after = await cluster.untilHealthy(300_000);
      report('reclone', `${what}: healthy`, performance.now() - startedMs);
      await writer.stop();
      await cluster.untilHealthy();
      expect(await inodeOf(node)).not.toBe(damaged);
      expect(after.primary).toBe(before.primary);
      expect(identities(after)).toEqual(identities(before));
      expect(after.epoch).toBe(before.epoch);
      const log = await agentLog(node, logged);
      for (const step of ['reclone-announced', 'reclone-set-aside', 'reclone-order-set-aside']) {
        expect(log).toContain(step);
      }
      await until('the order is over', { timeoutMs: 60_000 }, async () =>
        (await agentLog(node, logged)).includes('reclone-order-done') ? true : undefined,
      );
      process.stderr.write(
        `reclone ${what}: ${await node.exec(['sh', '-c', 'ls /var/lib/postgresql/data/quarantine || true'])}\n`,
      );
      expect(await watch.stop()).toEqual([]);
    },
    LONG_MS,
  );
});
