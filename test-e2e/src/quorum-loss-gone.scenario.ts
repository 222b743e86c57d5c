import { describe, expect, test } from 'vitest';
import type { Cluster } from './cluster/cluster.ts';
import { voterTarget } from './cluster/etcd-members.ts';
import type { ClusterNode } from './cluster/node.ts';
import { loseEtcdData } from './cluster/volume.ts';
import { withCluster } from './cluster/with-cluster.ts';
import {
  first,
  kill,
  killAndDelist,
  report,
  SERVES_WITHIN_MS,
  serveNothing,
  shortTimes,
  untilReason,
  untilServes,
} from './quorum-loss.ts';

const LONG_MS = 900_000;
const three = { environment: shortTimes };
/** Longer than a container takes to be killed and started on a busy machine: whoever is away for longer is stale. */
const patient = { environment: { ...shortTimes, FENCE_AFTER: '120' } };

/** Fresh nodes take the place of what is lost. */
async function refill(cluster: Cluster, lost: readonly ClusterNode[]): Promise<void> {
  for (const node of lost) cluster.dropNode(node);
  const fresh = [];
  for (const _ of lost) fresh.push(await cluster.addNode());
  await cluster.list(cluster.nodes);
  await Promise.all(fresh.map((node) => node.create()));
}

describe('nodes that are gone for ever', () => {
  test(
    'Q1 and Q2: the primary alone of three serves, and two fresh nodes make three again',
    async () => {
      await withCluster('Q2', three, async (cluster) => {
        const { primary, clusterId } = await cluster.untilHealthy();
        const watch = cluster.watchPrimaries();
        const loss = await killAndDelist(cluster, (node) => node !== primary);
        const tookMs = await untilServes(cluster, loss);
        report('Q1 primary', 'writes', tookMs);
        expect(tookMs).toBeLessThan(SERVES_WITHIN_MS);
        await refill(
          cluster,
          cluster.nodes.filter((node) => node !== primary),
        );
        const startedMs = performance.now();
        const after = await cluster.untilHealthy(300_000);
        report('Q2', 'healthy with two fresh nodes', performance.now() - startedMs);
        expect(after.primary).toBe(primary);
        expect(after.clusterId).toBe(clusterId);
        expect(await watch.stop()).toEqual([]);
      });
    },
    LONG_MS,
  );

  test(
    'Q3: two that are silent but listed are waited for, with a reason',
    async () => {
      await withCluster('Q3', three, async (cluster) => {
        const { replicas, epoch, primary } = await cluster.untilHealthy();
        const watch = cluster.watchPrimaries();
        const survivor = first(replicas);
        await kill(cluster, (node) => node !== survivor);
        // The primary's lease is over by then, had it survived.
        await serveNothing([survivor], SERVES_WITHIN_MS + 20_000);
        const said = await untilReason(survivor, ['address-silent', 'majority-may-return'], 60_000);
        process.stderr.write(`Q3: ${said}\n`);
        const lost = cluster.nodes.filter((node) => node !== survivor);
        await Promise.all(lost.map((node) => node.start()));
        const startedMs = performance.now();
        const after = await cluster.untilHealthy(180_000);
        report('Q3', `healthy with both back, ${primary.name} led`, performance.now() - startedMs);
        expect(after.epoch).toBe(epoch);
        expect(await watch.stop()).toEqual([]);
      });
    },
    LONG_MS,
  );

  test(
    'Q4: one of two that were lost returns within FENCE_AFTER, and both serve without a recovery',
    async () => {
      await withCluster('Q4', patient, async (cluster) => {
        const { replicas, primary } = await cluster.untilHealthy();
        const watch = cluster.watchPrimaries();
        const survivor = first(replicas);
        const loss = await kill(cluster, (node) => node !== survivor);
        await primary.start();
        const startedMs = performance.now();
        const survivors = [survivor, primary];
        const served = { ...loss, survivors, lostAtMs: startedMs };
        report('Q4', 'writes', await untilServes(cluster, served, { recovers: false }));
        expect((await survivor.status()).cluster.epoch).toBe(loss.before.epoch);
        await Promise.all(
          cluster.nodes.filter((node) => !survivors.includes(node)).map((node) => node.start()),
        );
        await cluster.untilHealthy(180_000);
        expect(await watch.stop()).toEqual([]);
      });
    },
    LONG_MS,
  );

  test.each([
    ['Q10: two of five serve', 5, 3, {}],
    ['Q10: one of five serves', 5, 4, {}],
    ['Q15: the other one of two serves', 2, 1, {}],
    ['Q13: one survivor in synchronous mode serves', 3, 2, { SYNCHRONOUS_MODE: 'on' }],
    ['Q13: one survivor in quorum mode serves', 3, 2, { SYNCHRONOUS_MODE: 'quorum' }],
  ] as const)(
    '%s',
    async (title, nodes, losses, more) => {
      await withCluster(title, { nodes, environment: { ...shortTimes, ...more } }, async (cluster) => {
        const { primary, replicas } = await cluster.untilHealthy();
        const lost = [primary, ...replicas].slice(0, losses);
        const watch = cluster.watchPrimaries();
        const loss = await killAndDelist(cluster, (node) => lost.includes(node));
        const tookMs = await untilServes(cluster, loss);
        report(title, 'writes', tookMs);
        expect(tookMs).toBeLessThan(SERVES_WITHIN_MS);
        await refill(cluster, lost);
        const startedMs = performance.now();
        await cluster.untilHealthy(400_000);
        report(title, `healthy with ${losses} fresh nodes`, performance.now() - startedMs);
        expect(await watch.stop()).toEqual([]);
      });
    },
    LONG_MS,
  );

  test.each([
    ['the fourth of four', 4],
    ['the sixth and the seventh of seven', 7],
  ] as const)(
    'Q14: %s, where no etcd runs, serve alone',
    async (who, nodes) => {
      await withCluster(`Q14 ${nodes}`, { nodes, environment: shortTimes }, async (cluster) => {
        const { nodeIds } = await cluster.untilHealthy(180_000);
        const { members } = await cluster.node(1).status();
        const clients = new Set(members.filter(({ etcd }) => etcd === 'none').map(({ nodeId }) => nodeId));
        const isClient = (node: ClusterNode) => clients.has(nodeIds.get(node) ?? '');
        expect(clients.size).toBe(nodes - voterTarget(nodes));
        const watch = cluster.watchPrimaries();
        const loss = await killAndDelist(cluster, (node) => !isClient(node));
        const tookMs = await untilServes(cluster, loss);
        report(`Q14: ${who}`, 'writes', tookMs);
        expect(tookMs).toBeLessThan(SERVES_WITHIN_MS);
        expect(await watch.stop()).toEqual([]);
      });
    },
    LONG_MS,
  );

  test(
    'Q6: etcd lost everywhere and the primary gone: the further replica leads',
    async () => {
      await withCluster('Q6', three, async (cluster) => {
        const { primary, replicas } = await cluster.untilHealthy();
        const behind = first(replicas);
        const further = first(replicas.filter((node) => node !== behind));
        await behind.kill();
        const writer = cluster.startWriter(further);
        await serveNothing([behind], 4000);
        await writer.stop();
        await serveNothing([behind], 2000);
        await primary.stop();
        await further.stop();
        const lostAtMs = performance.now();
        await Promise.all([behind, further].map((node) => loseEtcdData(node)));
        await cluster.list([behind, further]);
        await Promise.all([behind, further].map((node) => node.start()));
        await refill(cluster, [primary]);
        const after = await cluster.untilHealthy(400_000);
        report('Q6', 'healthy', performance.now() - lostAtMs);
        expect(after.primary).toBe(further);
      });
    },
    LONG_MS,
  );
});
