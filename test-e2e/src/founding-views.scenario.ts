import { setTimeout as delay } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { APP_NAME } from './cluster/cluster-options.ts';
import { phantomAddress } from './founding-moments.ts';
import {
  expectNothingFounded,
  expectOnlyHolder,
  LONGER_THAN_FORMATION_MS,
  listWithVeteran,
  onOwnCluster,
  shortTimes,
} from './own-cluster.ts';

const often = { UPDATE_INTERVAL_SECONDS: '1' };

test('F2: nodes that start 20 and 90 seconds apart, each listed once it runs, become one cluster', async ({
  task,
}) => {
  await onOwnCluster(task.name, {}, async ({ cluster }) => {
    await cluster.list([]);
    for (const [index, pauseMs] of [0, 20_000, 70_000].entries()) {
      await delay(pauseMs);
      await cluster.node(index + 1).create();
      await cluster.list(cluster.nodes.slice(0, index + 1));
    }
    await cluster.untilHealthy(240_000);
    // Two of three found; the third only clones.
  });
}, 480_000);

test('F3: a node that sees only itself for 40 s does not found beside the others', async ({ task }) => {
  await onOwnCluster(task.name, { environment: often }, async ({ cluster, volumes }) => {
    await cluster.listFor(cluster.node(1), [cluster.node(1)]);
    await Promise.all(cluster.nodes.map((node) => node.create()));
    await delay(40_000);
    // The others know a lower candidate that does not propose; which of them has founded by then is not what matters.
    expect([...volumes.report().clusterIds].length).toBeLessThanOrEqual(1);
    await cluster.listForAllAgain();
    await cluster.untilHealthy(180_000);
  });
}, 360_000);

test('F4: no cluster is sealed in 60 s in which each node sees only itself', async ({ task }) => {
  await onOwnCluster(task.name, { environment: often }, async ({ cluster, volumes }) => {
    for (const node of cluster.nodes) await cluster.listFor(node, [node]);
    await Promise.all(cluster.nodes.map((node) => node.create()));
    await delay(60_000);
    expectNothingFounded(volumes, cluster.nodes);
    await cluster.listForAllAgain();
    await cluster.untilHealthy(180_000);
  });
}, 360_000);

test('F5: two nodes found without a third that is listed and never answers', async ({ task }) => {
  await onOwnCluster(task.name, { nodes: 2, environment: shortTimes }, async ({ cluster, volumes }) => {
    await cluster.specify(3);
    const living = cluster.nodes.map(({ address }) => ({ ip: address }));
    await cluster.flux.setInstances(APP_NAME, [...living, { ip: phantomAddress(cluster.node(1)) }]);
    await Promise.all(cluster.nodes.map((node) => node.create()));
    await delay(10_000);
    expectNothingFounded(volumes, cluster.nodes);
    const { replicas } = await cluster.untilHealthy(180_000, cluster.nodes, { complete: false });
    expect(replicas).toHaveLength(1);
  });
}, 360_000);

test('F6: a single instance of three serves after the timeout, and takes the others when they appear', async ({
  task,
}) => {
  await onOwnCluster(task.name, { environment: shortTimes }, async ({ cluster, volumes }) => {
    const first = cluster.node(1);
    await cluster.list([first]);
    await first.create();
    await delay(10_000);
    expectNothingFounded(volumes, [first]);
    const before = await cluster.untilHealthy(120_000, [first], { complete: false });
    await delay(LONGER_THAN_FORMATION_MS);
    await Promise.all([cluster.node(2).create(), cluster.node(3).create()]);
    await cluster.list(cluster.nodes);
    const after = await cluster.untilHealthy(180_000);
    expect(after.clusterId).toBe(before.clusterId);
  });
}, 480_000);

test('F12: nodes that are added while the first is unreachable make no second database', async ({ task }) => {
  await onOwnCluster(task.name, { environment: shortTimes }, async ({ cluster, volumes }) => {
    const [first, second, third] = [cluster.node(1), cluster.node(2), cluster.node(3)];
    await cluster.specify(1);
    await cluster.list([first]);
    await first.create();
    const before = await cluster.untilHealthy(120_000, [first]);
    await first.cut();
    await cluster.specify(3);
    await listWithVeteran(cluster, first, cluster.nodes);
    await Promise.all([second.create(), third.create()]);
    await delay(LONGER_THAN_FORMATION_MS);
    expectOnlyHolder(volumes, first, [second, third]);
    await first.heal();
    const after = await cluster.untilHealthy(180_000);
    expect(after.clusterId).toBe(before.clusterId);
    expect([...volumes.report().systemIds]).toHaveLength(1);
  });
}, 480_000);

test('F14: four nodes whose views are split in halves found nothing until they see a majority', async ({
  task,
}) => {
  await onOwnCluster(task.name, { nodes: 4, environment: often }, async ({ cluster, volumes }) => {
    const [low, high] = [cluster.nodes.slice(0, 2), cluster.nodes.slice(2)];
    for (const half of [low, high]) for (const node of half) await cluster.listFor(node, half);
    await Promise.all(cluster.nodes.map((node) => node.create()));
    await delay(40_000);
    expectNothingFounded(volumes, cluster.nodes);
    await cluster.listForAllAgain();
    await cluster.untilHealthy(240_000);
  });
}, 480_000);
