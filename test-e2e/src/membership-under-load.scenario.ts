import { setTimeout as delay } from 'node:timers/promises';
import { beforeAll, describe, expect, test } from 'vitest';
import { clusterForAll } from './cluster/cluster-for-all.ts';
import { describeReport } from './failover.ts';
import { lengthMs } from './load/gaps.ts';
import { first, GRACE_MS, identities, report, shortTimes } from './quorum-loss.ts';
import { until } from './waiting.ts';

const LONG_MS = 600_000;

describe('membership under load', () => {
  const theCluster = clusterForAll({ environment: shortTimes });

  beforeAll(async () => {
    await theCluster().untilHealthy(180_000);
  });

  test(
    'M7: a primary that is delisted while all hear it hands over and nobody stops serving',
    async () => {
      const cluster = theCluster();
      const { primary, replicas, nodeIds } = await cluster.untilHealthy();
      const watch = cluster.watchPrimaries();
      const writers = replicas.map((node) => cluster.startWriter(node));
      await cluster.list(replicas);
      await until('another one leads', { timeoutMs: 120_000, intervalMs: 1000 }, async () => {
        const writable = await cluster.findPrimary();
        return writable !== undefined && writable !== primary ? true : undefined;
      });
      await delay(2 * GRACE_MS);
      const { members } = await first(replicas).status();
      expect(members.map(({ nodeId }) => nodeId)).toContain(nodeIds.get(primary));
      expect((await primary.status()).node.state).toBe('serving');
      await cluster.list(cluster.nodes);
      await cluster.untilHealthy(180_000);
      const reports = await Promise.all(writers.map((writer) => writer.stop()));
      process.stderr.write(`M7: ${reports.map(describeReport).join('; ')}\n`);
      for (const { longestGap } of reports) expect(lengthMs(longestGap)).toBeLessThan(10_000);
      expect(await watch.stop()).toEqual([]);
    },
    LONG_MS,
  );

  test(
    'M7: all nodes are delisted one by one while they hear each other, and serve on',
    async () => {
      const cluster = theCluster();
      const before = await cluster.untilHealthy();
      const watch = cluster.watchPrimaries();
      const writer = cluster.startWriter(cluster.node(1));
      for (let listed = cluster.nodes.length - 1; listed >= 0; listed -= 1) {
        await cluster.list(cluster.nodes.slice(0, listed));
        await delay(GRACE_MS / 2);
      }
      await delay(GRACE_MS);
      await cluster.list(cluster.nodes);
      const after = await cluster.untilHealthy(180_000);
      const seen = await writer.stop();
      process.stderr.write(`M7 all: ${describeReport(seen)}\n`);
      expect(identities(after)).toEqual(identities(before));
      expect(after.epoch).toBe(before.epoch);
      expect(lengthMs(seen.longestGap)).toBeLessThan(10_000);
      expect(await watch.stop()).toEqual([]);
    },
    LONG_MS,
  );

  test(
    "M10: a stranger's service at a gone node's address is not taken for the node",
    async () => {
      const cluster = theCluster();
      const { replicas, primary } = await cluster.untilHealthy();
      const gone = first(replicas);
      await gone.kill();
      await gone.remove();
      cluster.dropNode(gone);
      await cluster.startStranger(gone.address);
      await cluster.list(cluster.nodes);
      const joining = await cluster.addNode();
      await joining.create();
      await cluster.list(cluster.nodes);
      const startedMs = performance.now();
      const after = await cluster.untilHealthy(300_000);
      report('M10', 'healthy', performance.now() - startedMs);
      expect(after.primary).toBe(primary);
      expect(after.replicas).toContain(joining);
    },
    LONG_MS,
  );

  test(
    'M6: two nodes are replaced one after the other under load, and nothing is lost',
    async () => {
      const cluster = theCluster();
      const { primary, replicas } = await cluster.untilHealthy();
      const stays = first(replicas);
      const watch = cluster.watchPrimaries();
      const writer = cluster.startWriter(stays);
      for (const leaving of cluster.nodes.filter((node) => node !== stays)) {
        // The stop of the primary hands over; a kill may cost what was not shipped, which is not this scenario's matter.
        await (leaving === primary ? leaving.stop() : leaving.kill());
        cluster.dropNode(leaving);
        await cluster.list(cluster.nodes);
        const joining = await cluster.addNode();
        await joining.create();
        await cluster.list(cluster.nodes);
        const startedMs = performance.now();
        await cluster.untilHealthy(300_000);
        report('M6', 'healthy with a new node', performance.now() - startedMs);
      }
      const seen = await writer.stop();
      process.stderr.write(`M6: ${describeReport(seen)}\n`);
      expect(lengthMs(seen.longestGap)).toBeLessThan(40_000);
      expect(await watch.stop()).toEqual([]);
    },
    LONG_MS,
  );
});
