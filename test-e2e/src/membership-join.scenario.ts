import { describe, expect, test } from 'vitest';
import type { Cluster } from './cluster/cluster.ts';
import { etcdMembers, nodeIdOf } from './cluster/etcd-members.ts';
import type { ClusterNode } from './cluster/node.ts';
import { loseEtcdData } from './cluster/volume.ts';
import { withCluster } from './cluster/with-cluster.ts';
import { lengthMs } from './load/gaps.ts';
import { first, identities, report, shortTimes } from './quorum-loss.ts';
import { replaceListed, untilReplaced } from './replacement.ts';
import { until } from './waiting.ts';

const LONG_MS = 600_000;
const options = { environment: { ...shortTimes, ABSENCE_TIMEOUT: '30' } };

/** Adds a listed node that is killed for ever as soon as etcd has its learner; gives its node id. */
async function joinAndDie(cluster: Cluster, primary: ClusterNode): Promise<string> {
  const known = (await etcdMembers(primary)).map(({ id }) => id);
  const joining = await cluster.addNode();
  await cluster.list(cluster.nodes);
  await joining.create();
  const added = await until('a member is added', { timeoutMs: 120_000, intervalMs: 50 }, async () =>
    (await etcdMembers(primary)).find(({ id }) => !known.includes(id)),
  );
  await joining.kill();
  cluster.dropNode(joining);
  return nodeIdOf(added);
}

describe('joins that go wrong', () => {
  test(
    'M3: a joiner that is killed before its promotion and stays away is removed, and others join',
    async () => {
      await withCluster('M3', options, async (cluster) => {
        const { primary, replicas } = await cluster.untilHealthy();
        const watch = cluster.watchPrimaries();
        const writer = cluster.startWriter(primary);
        // Its place becomes free, so that the next one has to become a voter.
        const leaving = first(replicas);
        await leaving.kill();
        cluster.dropNode(leaving);
        await cluster.list(cluster.nodes);
        const nodeId = await joinAndDie(cluster, primary);
        await cluster.list(cluster.nodes);
        const joining = await cluster.addNode();
        await joining.create();
        await cluster.list(cluster.nodes);
        const startedMs = performance.now();
        const after = await cluster.untilHealthy(400_000);
        report('M3', `healthy without ${nodeId}`, performance.now() - startedMs);
        expect((await etcdMembers(after.primary)).map(nodeIdOf).sort()).toEqual(
          [...after.nodeIds.values()].sort(),
        );
        expect(lengthMs((await writer.stop()).longestGap)).toBeLessThan(5000);
        expect(await watch.stop()).toEqual([]);
      });
    },
    LONG_MS,
  );

  test(
    'M9: a new node joins in time while a voter is dead but listed',
    async () => {
      await withCluster('M9', options, async (cluster) => {
        const { replicas, primary, nodeIds } = await cluster.untilHealthy();
        const dead = first(replicas);
        const startedMs = performance.now();
        const joining = await replaceListed(cluster, dead);
        await untilReplaced(primary, nodeIds.get(dead) ?? '', joining, 240_000);
        report('M9', 'a streaming voter', performance.now() - startedMs);
        await cluster.list(cluster.nodes);
        const after = await cluster.untilHealthy(180_000);
        report('M9', 'healthy', performance.now() - startedMs);
        expect(after.primary).toBe(primary);
      });
    },
    LONG_MS,
  );

  test(
    'M11: a node whose etcd data is lost is a learner, then a voter again',
    async () => {
      await withCluster('M11', options, async (cluster) => {
        const before = await cluster.untilHealthy();
        for (const node of [first(before.replicas), before.primary]) {
          const intact = await cluster.untilHealthy(180_000);
          await node.stop();
          await loseEtcdData(node);
          await node.start();
          const startedMs = performance.now();
          const after = await cluster.untilHealthy(180_000);
          const tookMs = performance.now() - startedMs;
          report('M11', 'voter again', tookMs);
          expect(identities(after)).toEqual(identities(intact));
          expect(after.epoch).toBe(before.epoch);
          expect(tookMs).toBeLessThan(60_000);
        }
      });
    },
    LONG_MS,
  );
});
