import { beforeAll, describe, expect, test } from 'vitest';
import type { Cluster } from './cluster/cluster.ts';
import { clusterForAll } from './cluster/cluster-for-all.ts';
import type { HealthyCluster } from './cluster/health.ts';
import type { ClusterNode } from './cluster/node.ts';
import { first, identities, report, shortTimes } from './quorum-loss.ts';

/** The containers are removed, and created on the same volumes at other addresses, which the Flux API then lists. */
async function move(cluster: Cluster, moves: ReadonlyMap<ClusterNode, string>): Promise<void> {
  const nodes = [...moves.keys()];
  await Promise.all(nodes.map((node) => node.stop()));
  await Promise.all(nodes.map((node) => node.remove()));
  for (const [node, address] of moves) node.moveTo(address);
  await cluster.list(cluster.nodes);
  await Promise.all(nodes.map((node) => node.create()));
}

function expectSameMembers(before: HealthyCluster, after: HealthyCluster): void {
  expect(after.clusterId).toBe(before.clusterId);
  expect(after.epoch).toBe(before.epoch);
  expect(identities(after)).toEqual(identities(before));
}

describe('addresses that change', () => {
  const theCluster = clusterForAll({ environment: shortTimes });

  beforeAll(async () => {
    await theCluster().untilHealthy();
  });

  async function moveChosen(id: string, choose: (before: HealthyCluster) => readonly ClusterNode[]) {
    const cluster = theCluster();
    const before = await cluster.untilHealthy();
    const watch = cluster.watchPrimaries();
    const nodes = choose(before);
    await move(cluster, new Map(nodes.map((node) => [node, cluster.freeAddress()])));
    const movedMs = performance.now();
    const after = await cluster.untilHealthy(180_000);
    report(id, 'healthy', performance.now() - movedMs);
    expectSameMembers(before, after);
    expect(await watch.stop()).toEqual([]);
  }

  test('M5: a replica with a new address is the same member', async () => {
    await moveChosen('M5 replica', ({ replicas }) => [first(replicas)]);
  }, 300_000);

  test('M5: the primary with a new address is the same member', async () => {
    await moveChosen('M5 primary', ({ primary }) => [primary]);
  }, 300_000);

  test('M5: all nodes with new addresses are the same cluster', async () => {
    await moveChosen('M5 all', ({ primary, replicas }) => [primary, ...replicas]);
  }, 300_000);

  test('M5: two nodes that swap their addresses keep their identities', async () => {
    const cluster = theCluster();
    const before = await cluster.untilHealthy();
    const [one, other] = [before.primary, first(before.replicas)];
    await move(
      cluster,
      new Map([
        [one, other.address],
        [other, one.address],
      ]),
    );
    const movedMs = performance.now();
    const after = await cluster.untilHealthy(180_000);
    report('M5 swap', 'healthy', performance.now() - movedMs);
    expectSameMembers(before, after);
  }, 300_000);

  test.each([1, 2, 3])(
    'M12: the addresses of %i running nodes change, and nothing restarts',
    async (count) => {
      const cluster = theCluster();
      const before = await cluster.untilHealthy();
      const watch = cluster.watchPrimaries();
      const moved = [before.primary, ...before.replicas].slice(0, count);
      const addresses = moved.map(() => cluster.freeAddress());
      await Promise.all(moved.map((node, index) => node.readdress(addresses[index] ?? node.address)));
      await cluster.list(cluster.nodes);
      const changedMs = performance.now();
      const after = await cluster.untilHealthy(180_000);
      const tookMs = performance.now() - changedMs;
      report(`M12 ${count}`, 'healthy', tookMs);
      expectSameMembers(before, after);
      expect(tookMs).toBeLessThan(60_000);
      expect(await watch.stop()).toEqual([]);
    },
    300_000,
  );
});
