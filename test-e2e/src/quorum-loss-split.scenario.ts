import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import type { Cluster } from './cluster/cluster.ts';
import { cut, mend } from './cluster/links.ts';
import type { ClusterNode } from './cluster/node.ts';
import { withCluster } from './cluster/with-cluster.ts';
import {
  first,
  GRACE_MS,
  killAndDelist,
  report,
  SERVES_WITHIN_MS,
  serveNothing,
  shortTimes,
  untilReason,
  untilServes,
} from './quorum-loss.ts';
import { until } from './waiting.ts';

const LONG_MS = 600_000;
const options = { environment: shortTimes };
/** What a fenced node says that waits for the others. */
const fencedReasons = ['fenced', 'stale-waits'];

function others(cluster: Cluster, node: ClusterNode): readonly ClusterNode[] {
  return cluster.nodes.filter((other) => other !== node);
}

describe('a majority that is split off or returns', () => {
  test(
    'Q17 and Q22: the delisted majority of a partition fences before the minority recovers, and stays so until it has contact',
    async () => {
      await withCluster('Q17', options, async (cluster) => {
        const before = await cluster.untilHealthy();
        const minority = first(before.replicas);
        const majority = others(cluster, minority);
        const watch = cluster.watchPrimaries();
        await cut([minority], majority);
        await cluster.list([minority]);
        const lostAtMs = performance.now();
        const tookMs = await untilServes(cluster, { before, survivors: [minority], lostAtMs });
        report('Q17', 'the minority writes', tookMs);
        expect(tookMs).toBeGreaterThan(GRACE_MS / 2);
        for (const node of majority) await untilReason(node, fencedReasons, 20_000);

        await cluster.list(cluster.nodes);
        await serveNothing(majority, GRACE_MS);
        for (const node of majority) await untilReason(node, fencedReasons, 20_000);
        expect(await minority.isWritable()).toBe(true);

        await mend([minority], majority);
        const mendedMs = performance.now();
        const after = await cluster.untilHealthy(180_000);
        report('Q22', 'healthy after the cut', performance.now() - mendedMs);
        expect(after.primary).toBe(minority);
        expect(after.clusterId).toBe(before.clusterId);
        expect(watch.writableAnswers).toBeGreaterThan(0);
        expect(await watch.stop()).toEqual([]);
      });
    },
    LONG_MS,
  );

  test(
    'Q16: the majority returns during the recovery, and never are there two primaries',
    async () => {
      await withCluster('Q16 during', options, async (cluster) => {
        const { replicas, clusterId } = await cluster.untilHealthy();
        const survivor = first(replicas);
        const watch = cluster.watchPrimaries();
        await killAndDelist(cluster, (node) => node !== survivor);
        await delay(GRACE_MS - 4000);
        await Promise.all(others(cluster, survivor).map((node) => node.start()));
        await cluster.list(cluster.nodes);
        const returnedMs = performance.now();
        const after = await cluster.untilHealthy(180_000);
        report('Q16 during', 'healthy', performance.now() - returnedMs);
        expect(after.clusterId).toBe(clusterId);
        expect(await watch.stop()).toEqual([]);
      });
    },
    LONG_MS,
  );

  test.each([
    ['after', SERVES_WITHIN_MS],
    ['before', 5000],
  ] as const)(
    'Q16: the majority returns without contact %s the recovery, and serves nothing beside the survivor',
    async (_, awayMs) => {
      await withCluster('Q16 without contact', options, async (cluster) => {
        const { replicas, clusterId } = await cluster.untilHealthy();
        const survivor = first(replicas);
        const majority = others(cluster, survivor);
        const watch = cluster.watchPrimaries();
        const loss = await killAndDelist(cluster, (node) => node !== survivor);
        await delay(awayMs);
        await Promise.all(majority.map((node) => node.start()));
        await cut([survivor], majority);
        const tookMs = await untilServes(cluster, { ...loss, lostAtMs: performance.now() });
        report('Q16 without contact', 'the survivor writes', tookMs);
        await serveNothing(majority, GRACE_MS);
        await mend([survivor], majority);
        await cluster.list(cluster.nodes);
        const mendedMs = performance.now();
        const after = await cluster.untilHealthy(180_000);
        report('Q16 without contact', 'healthy after the cut', performance.now() - mendedMs);
        expect(after.primary).toBe(survivor);
        expect(after.clusterId).toBe(clusterId);
        expect(await watch.stop()).toEqual([]);
      });
    },
    LONG_MS,
  );

  test(
    'Q21: a cut-off but listed member whose peers were all replaced never recovers alone, and joins after the cut',
    async () => {
      await withCluster('Q21', options, async (cluster) => {
        const before = await cluster.untilHealthy();
        const alone = first(before.replicas);
        const peers = others(cluster, alone);
        await cut([alone], peers);
        const watch = cluster.watchPrimaries();
        for (const leaving of peers) {
          const joining = await cluster.addNode();
          await joining.create();
          await cut([alone], [joining]);
          await leaving.kill();
          cluster.dropNode(leaving);
          await cluster.list(cluster.nodes);
          const connected = others(cluster, alone);
          await until('the new node streams', { timeoutMs: 180_000, intervalMs: 1000 }, async () => {
            const { members } = await joining.status();
            const streaming = members.filter(({ state }) => state === 'streaming' || state === 'running');
            return streaming.length >= connected.length ? true : undefined;
          });
        }
        process.stderr.write(
          `Q21: alone it says ${await untilReason(alone, ['stale-waits', 'address-silent', 'member-silent', 'waiting-for-etcd', 'majority-may-return'], 60_000).catch(String)}\n`,
        );
        expect(await alone.isWritable().catch(() => false)).toBe(false);
        await mend([alone], others(cluster, alone));
        const mendedMs = performance.now();
        const after = await cluster.untilHealthy(300_000);
        report('Q21', 'healthy after the cut', performance.now() - mendedMs);
        expect(after.clusterId).toBe(before.clusterId);
        expect(await watch.stop()).toEqual([]);
      });
    },
    LONG_MS,
  );
});
