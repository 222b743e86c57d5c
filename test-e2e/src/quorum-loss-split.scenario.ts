import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import type { Cluster } from './cluster/cluster.ts';
import { etcdMembers, nodeIdOf } from './cluster/etcd-members.ts';
import type { HealthyCluster } from './cluster/health.ts';
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
import { untilReplaced } from './replacement.ts';
import { until } from './waiting.ts';

const LONG_MS = 1_200_000;
/** A copy whose WAL nobody has any more is cloned anew once it has not followed for five minutes. */
const WITH_RECLONE_MS = 600_000;
const options = { environment: shortTimes };
/** Whoever is silent, though listed, loses its vote to a node that waits for it. */
const replacing = { environment: { ...shortTimes, ABSENCE_TIMEOUT: '30' } };
/** What a fenced node says that waits for the others. */
const fencedReasons = ['fenced', 'stale-waits'];

function others(cluster: Cluster, node: ClusterNode): readonly ClusterNode[] {
  return cluster.nodes.filter((other) => other !== node);
}

interface Replacement {
  readonly alone: ClusterNode;
  readonly peers: readonly ClusterNode[];
  readonly joiners: readonly [ClusterNode, ClusterNode];
}

/**
 * First the one that is cut off loses its vote to a new node, or else nobody could leave without costing the quorum. Then its
 * peers die and are delisted, one after the other, until only nodes are left that it has never met.
 */
async function replacePeers(cluster: Cluster, before: HealthyCluster, who: Replacement): Promise<void> {
  const { alone, peers, joiners } = who;
  const idOf = (node: ClusterNode) => before.nodeIds.get(node) ?? '';
  const joins = async (
    joiner: ClusterNode,
    via: ClusterNode,
    inPlaceOf: ClusterNode,
    listed: readonly ClusterNode[],
  ): Promise<void> => {
    await joiner.create();
    await cut([alone], [joiner]);
    await cluster.list(listed);
    await untilReplaced(via, idOf(inPlaceOf), joiner, 240_000);
  };
  const [leavesFirst, leavesLast] = [before.primary, first(peers.filter((node) => node !== before.primary))];
  const [one, other] = joiners;
  await joins(one, before.primary, alone, [alone, ...peers, one]);
  await leavesFirst.kill();
  cluster.dropNode(leavesFirst);
  await joins(other, one, leavesFirst, cluster.nodes);
  await leavesLast.kill();
  cluster.dropNode(leavesLast);
  await cluster.list(cluster.nodes);
  await until('the last peer is removed', { timeoutMs: 240_000, intervalMs: 1000 }, async () => {
    const voters = (await etcdMembers(one)).map(nodeIdOf);
    if (voters.includes(idOf(leavesLast))) throw new Error(`the voters are ${voters}`);
    return (await cluster.findPrimary()) === undefined ? undefined : true;
  });
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
      await withCluster('Q21', replacing, async (cluster) => {
        const before = await cluster.untilHealthy();
        const alone = first(before.replicas);
        const peers = others(cluster, alone);
        const joiners = [await cluster.addNode(), await cluster.addNode()] as const;
        const watch = cluster.watchPrimaries();
        await cut([alone], peers);
        await replacePeers(cluster, before, { alone, peers, joiners });

        const said = await untilReason(alone, ['address-silent'], 120_000);
        process.stderr.write(`Q21: alone it says ${said}\n`);
        await serveNothing([alone], GRACE_MS / 2);
        const status = await alone.status();
        expect(status.cluster).toMatchObject({ id: before.clusterId, epoch: before.epoch });
        expect(joiners).toContain(await cluster.findPrimary());

        await mend([alone], joiners);
        const mendedMs = performance.now();
        const after = await cluster.untilHealthy(WITH_RECLONE_MS);
        report('Q21', 'healthy after the cut', performance.now() - mendedMs);
        expect(after.clusterId).toBe(before.clusterId);
        expect(after.epoch).toBe(before.epoch);
        expect(watch.writableAnswers).toBeGreaterThan(0);
        expect(await watch.stop()).toEqual([]);
      });
    },
    LONG_MS,
  );
});
