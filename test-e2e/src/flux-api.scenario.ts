// A5 is not here: with a private Flux API, as on an internal network, that one API stands for all sources, and listed nodes
// are not asked at their own. For the same reason A9's witnesses cannot answer here while the API is down; what is tested is
// that nodes that no witness answers take no chance. `test-discovery` has both with witnesses.
import { setTimeout as delay } from 'node:timers/promises';
import { beforeAll, describe, expect, test } from 'vitest';
import { clusterForAll } from './cluster/cluster-for-all.ts';
import { APP_NAME } from './cluster/cluster-options.ts';
import { etcdMembers } from './cluster/etcd-members.ts';
import { undisturbed } from './flux-api.ts';
import { phantomAddress } from './founding-moments.ts';
import { lengthMs } from './load/gaps.ts';
import { expectNothingFounded, onOwnCluster, shortTimes } from './own-cluster.ts';
import { serveNothing, untilReason } from './quorum-loss.ts';
import { until } from './waiting.ts';

/** Longer than ABSENCE_GRACE and FENCE_AFTER below. */
const LONGER_THAN_GRACES_MS = 22_000;

const failures = [
  { kind: 'http-status', status: 500 },
  { kind: 'http-status', status: 429 },
  { kind: 'delay', delayMs: 15_000 },
  { kind: 'hang' },
  { kind: 'reset' },
  { kind: 'html' },
  { kind: 'truncated' },
  { kind: 'data-null' },
  { kind: 'wrong-types' },
  { kind: 'huge' },
  { kind: 'many-entries' },
  { kind: 'deep-nesting' },
] as const;

describe('a broken Flux API', () => {
  const theCluster = clusterForAll({
    environment: {
      UPDATE_INTERVAL_SECONDS: '1',
      ABSENCE_GRACE: '15',
      FENCE_AFTER: '15',
      ABSENCE_TIMEOUT: '30',
      PATRONI_TTL: '26',
      PATRONI_LOOP_WAIT: '2',
    },
  });

  beforeAll(async () => {
    await theCluster().untilHealthy(180_000);
  }, 240_000);

  test.each(failures)('A1: $kind for longer than every grace', { timeout: 300_000 }, async (failure) => {
    await undisturbed(theCluster(), async () => {
      await theCluster().flux.setFaults(failure);
      await delay(LONGER_THAN_GRACES_MS);
      await theCluster().flux.clearFaults();
    });
  });

  test('A7: errors with HTTP status 200 for longer than every grace', { timeout: 300_000 }, async () => {
    await undisturbed(theCluster(), async () => {
      await theCluster().flux.setFaults({ kind: 'error-envelope' });
      await delay(LONGER_THAN_GRACES_MS);
      await theCluster().flux.clearFaults();
    });
  });

  test('A6: addresses that are no addresses, and doubles, around those of the nodes', async () => {
    const cluster = theCluster();
    await undisturbed(cluster, async () => {
      await cluster.flux.setInstances(APP_NAME, messyRows(cluster.nodes.map(({ address }) => address)));
      await delay(LONGER_THAN_GRACES_MS);
      await cluster.list(cluster.nodes);
    });
  }, 300_000);

  test('A6: listings without the node that asks, for longer than every grace: it serves on', async () => {
    const cluster = theCluster();
    const before = await cluster.untilHealthy(180_000);
    const members = await etcdMembers(before.primary);
    const writers = cluster.nodes.map((node) => cluster.startWriter(node));
    const watch = cluster.watchPrimaries();
    for (const node of cluster.nodes) {
      const others = cluster.nodes.filter((other) => other !== node).map(({ address }) => address);
      await cluster.flux.setView(APP_NAME, node.address, messyRows(others));
    }
    await delay(LONGER_THAN_GRACES_MS);
    for (const node of cluster.nodes) expect((await node.status()).node.state).toBe('serving');
    expect(await etcdMembers(before.primary)).toEqual(members);
    await cluster.listForAllAgain();
    const after = await cluster.untilHealthy(180_000);
    // The primary hands over to one that is listed, as each of the others is for it; more than that nobody may notice.
    for (const { longestGap, acknowledged } of await Promise.all(writers.map((writer) => writer.stop()))) {
      expect(lengthMs(longestGap)).toBeLessThan(10_000);
      expect(acknowledged).toBeGreaterThan(0);
    }
    expect([after.clusterId, after.epoch]).toEqual([before.clusterId, before.epoch]);
    expect(await watch.stop()).toEqual([]);
  }, 300_000);

  test('A4: nodes that are restarted while the API is down start from their cached listing', async () => {
    const cluster = theCluster();
    const before = await cluster.untilHealthy(180_000);
    await cluster.flux.setFaults({ kind: 'reset' });
    await Promise.all(cluster.nodes.map((node) => node.recreate()));
    const after = await cluster.untilHealthy(180_000);
    expect(after.clusterId).toBe(before.clusterId);
    expect(after.epoch).toBe(before.epoch);
    await cluster.flux.clearFaults();
  }, 480_000);

  test('A9: with the only witness silent and one node dead, the rest stops, removes nobody, and goes on after it', async () => {
    const cluster = theCluster();
    const before = await cluster.untilHealthy(180_000);
    const [dead, other] = before.replicas;
    if (dead === undefined || other === undefined) throw new Error('two replicas are needed');
    const members = await etcdMembers(before.primary);
    const watch = cluster.watchPrimaries();
    const writer = cluster.startWriter(other);
    await cluster.flux.setFaults({ kind: 'hang' });
    await dead.kill();
    // The dead one could be alive beside the API, and have all reason to take these two for gone.
    for (const node of [before.primary, other]) await untilReason(node, ['stale-waits'], 90_000);
    await serveNothing([before.primary, other], LONGER_THAN_GRACES_MS);
    expect(await etcdMembers(before.primary)).toEqual(members);
    await cluster.flux.clearFaults();
    await dead.start();
    const after = await cluster.untilHealthy(180_000);
    await writer.stop();
    expect([after.clusterId, after.epoch]).toEqual([before.clusterId, before.epoch]);
    expect(await watch.stop()).toEqual([]);
  }, 480_000);
});

/** Rows as no listing should have them, around those of the given addresses. */
function messyRows(addresses: readonly string[]) {
  const wrong = ['not an address', '10.0.0', '10.0.0.256', '0.0.0.0', '127.0.0.1', '::1', '224.0.0.1'];
  return [
    ...wrong.map((ip) => ({ ip })),
    ...addresses.flatMap((ip) => [{ ip, apiPort: 16_137 }, { ip }, { ip: `::ffff:${ip}` }]),
    { ip: '[::1]:16127' },
    { ip: `${addresses[0]}:99999` },
    { ip: 'fd00::1' },
  ];
}

test('A4: a fresh deployment waits for the API, says so, and forms once it answers', async ({ task }) => {
  await onOwnCluster(task.name, { environment: shortTimes }, async ({ cluster, volumes }) => {
    await cluster.flux.setFaults({ kind: 'reset' });
    await Promise.all(cluster.nodes.map((node) => node.create()));
    await delay(30_000);
    expectNothingFounded(volumes, cluster.nodes);
    for (const node of cluster.nodes) {
      const { state, reason } = (await node.status()).node;
      expect(state).toBe('waiting');
      expect(['own-address-unknown', 'listing-unknown']).toContain(reason);
    }
    await cluster.flux.clearFaults();
    await cluster.untilHealthy(180_000);
  });
}, 420_000);

test('A6: addresses with ports, doubles and nonsense do not keep a cluster from forming', async ({
  task,
}) => {
  await onOwnCluster(task.name, { environment: shortTimes }, async ({ cluster }) => {
    const rows = messyRows(cluster.nodes.map(({ address }) => address)).filter(({ ip }) => ip !== 'fd00::1');
    await cluster.flux.setInstances(APP_NAME, rows);
    await Promise.all(cluster.nodes.map((node) => node.create()));
    await cluster.untilHealthy(180_000);
  });
}, 300_000);

test('A6: a node that the listing does not contain does not found', async ({ task }) => {
  await onOwnCluster(task.name, { environment: shortTimes }, async ({ cluster, volumes }) => {
    const phantoms = [{ ip: phantomAddress(cluster.node(1)) }];
    await cluster.flux.setInstances(APP_NAME, phantoms);
    await Promise.all(cluster.nodes.map((node) => node.create()));
    await until('the nodes say why they wait', { timeoutMs: 60_000 }, async () => {
      const reasons = await Promise.all(cluster.nodes.map(async (node) => (await node.status()).node.reason));
      return reasons.every((reason) => ['own-address-unknown', 'self-not-listed'].includes(reason))
        ? true
        : undefined;
    });
    await delay(25_000);
    expectNothingFounded(volumes, cluster.nodes);
    await cluster.list(cluster.nodes);
    await cluster.untilHealthy(240_000);
  });
}, 480_000);
