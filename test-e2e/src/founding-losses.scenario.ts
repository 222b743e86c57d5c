import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import type { Cluster } from './cluster/cluster.ts';
import { foundingState, freezeAt, holdAfterJoin, type Moment, thaw } from './founding-moments.ts';
import { expectNothingFounded, expectOnlyHolder, onOwnCluster, shortTimes } from './own-cluster.ts';

const options = { environment: shortTimes };
/** Longer than several ticks and listings; shorter than anything that makes a listed node count as gone. */
const CUT_MS = 25_000;

async function foundUntil(cluster: Cluster, moment: Moment): Promise<void> {
  const [founder, ...others] = cluster.nodes;
  if (founder === undefined) throw new Error('no nodes');
  await founder.create();
  const frozen = freezeAt(founder, moment);
  await Promise.all(others.map((node) => node.create()));
  await frozen;
}

describe('a founder that is killed', () => {
  const steps: readonly Moment[] = [
    'before the proposal',
    'after the proposal',
    'after sealed',
    "at etcd's start",
    'in initdb',
    'at the first start',
  ];

  test.each(steps)('F8: %s', { timeout: 420_000 }, async (moment) => {
    await onOwnCluster(`F8 ${moment}`, options, async ({ cluster }) => {
      await foundUntil(cluster, moment);
      await cluster.node(1).kill();
      await cluster.node(1).start();
      await cluster.untilHealthy(240_000);
    });
  });

  test('F8: after a join', { timeout: 420_000 }, async () => {
    await onOwnCluster('F8 after a join', options, async ({ cluster, volumes }) => {
      const [founder, second, third] = [cluster.node(1), cluster.node(2), cluster.node(3)];
      await holdAfterJoin(cluster, founder, [second, third]);
      await founder.kill();
      expectNothingFounded(volumes, cluster.nodes);
      await cluster.listForAllAgain();
      await founder.start();
      await cluster.untilHealthy(240_000);
    });
  });
});

describe('a founder that is lost with its volume', () => {
  const steps: readonly Moment[] = ['after sealed', 'in initdb'];

  test.each(steps)('F15: %s', { timeout: 480_000 }, async (moment) => {
    await onOwnCluster(`F15 ${moment}`, options, async ({ cluster }) => {
      await foundUntil(cluster, moment);
      await cluster.node(1).loseVolume();
      await cluster.node(1).create();
      await cluster.untilHealthy(360_000);
    });
  });

  test('F15: while the others still clone', { timeout: 480_000 }, async () => {
    await onOwnCluster('F15 while the others clone', options, async ({ cluster }) => {
      const [founder, ...others] = cluster.nodes;
      if (founder === undefined) throw new Error('no nodes');
      await Promise.all(cluster.nodes.map((node) => node.create()));
      await Promise.all(others.map((node) => freezeAt(node, 'in the clone')));
      await founder.loseVolume();
      await founder.create();
      await Promise.all(others.map((node) => thaw(node)));
      await cluster.untilHealthy(360_000);
    });
  });
});

describe('a founder that is cut off', () => {
  test('F10: just before sealing', { timeout: 420_000 }, async () => {
    await onOwnCluster('F10 before sealing', options, async ({ cluster, volumes }) => {
      const [founder, second, third] = [cluster.node(1), cluster.node(2), cluster.node(3)];
      await holdAfterJoin(cluster, founder, [second, third]);
      await founder.cut();
      await cluster.listForAllAgain();
      await delay(CUT_MS);
      expectNothingFounded(volumes, cluster.nodes);
      await founder.heal();
      await cluster.untilHealthy(240_000);
    });
  });

  test('F10: before anybody heard of the seal', { timeout: 420_000 }, async () => {
    await onOwnCluster('F10 after sealing', options, async ({ cluster, volumes }) => {
      await foundUntil(cluster, 'after sealed');
      const [founder, ...others] = [cluster.node(1), cluster.node(2), cluster.node(3)];
      await founder.cut();
      await thaw(founder);
      await delay(CUT_MS);
      expectOnlyHolder(volumes, founder, others);
      await founder.heal();
      await cluster.untilHealthy(240_000);
      expect([...volumes.report().systemIds]).toHaveLength(1);
    });
  });
});

test('F16: a proposer that is lost before the seal leaves one cluster to its joiner and two new nodes', async () => {
  await onOwnCluster('F16', { ...options, nodes: 4 }, async ({ cluster, volumes }) => {
    const [proposer, joiner, third, fourth] = [1, 2, 3, 4].map((number) => cluster.node(number));
    if (proposer === undefined || joiner === undefined || third === undefined || fourth === undefined) {
      throw new Error('four nodes are needed');
    }
    await cluster.specify(3);
    await holdAfterJoin(cluster, proposer, [joiner]);
    expectNothingFounded(volumes, [proposer, joiner]);
    const { founding } = await foundingState(joiner);
    expect(founding.kind).toBe('joined');
    await proposer.loseVolume();
    cluster.dropNode(proposer);
    await cluster.list([joiner, third, fourth]);
    await cluster.listForAllAgain();
    await Promise.all([third.create(), fourth.create()]);
    await cluster.untilHealthy(360_000);
  });
}, 600_000);
