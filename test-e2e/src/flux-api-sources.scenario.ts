import { setTimeout as delay } from 'node:timers/promises';
import { beforeAll, describe, expect, test } from 'vitest';
import { clusterForAll } from './cluster/cluster-for-all.ts';
import { APP_NAME } from './cluster/cluster-options.ts';
import { undisturbed } from './flux-api.ts';
import { phantomAddress } from './founding-moments.ts';
import { lengthMs } from './load/gaps.ts';
import { replaceListed, untilReplaced } from './replacement.ts';

/** Longer than ABSENCE_GRACE and FENCE_AFTER below. */
const LONGER_THAN_GRACES_MS = 22_000;

describe('a Flux API whose sources disagree', () => {
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

  test('A3: answers that alternate between two databases, one an hour old, change nothing', async () => {
    const cluster = theCluster();
    const { primary } = await cluster.untilHealthy();
    await undisturbed(cluster, async () => {
      // An hour ago the primary was not there and another instance was.
      const old = cluster.nodes.filter((node) => node !== primary).map(({ address }) => ({ ip: address }));
      const stale = [...old, { ip: phantomAddress(primary) }];
      // Which database answers is switched from here: by turns, a caller that asks for two things each time meets one only.
      const endMs = performance.now() + LONGER_THAN_GRACES_MS;
      while (performance.now() < endMs) {
        await cluster.flux.setInstances(APP_NAME, stale);
        await delay(1500);
        await cluster.list(cluster.nodes);
        await delay(1500);
      }
    });
  }, 240_000);

  test('A8: a dead node that stays listed is replaced by a waiting one after the timeout', async () => {
    const cluster = theCluster();
    const { primary, replicas, nodeIds } = await cluster.untilHealthy();
    const [dead, other] = replicas;
    if (dead === undefined || other === undefined) throw new Error('two replicas are needed');
    const deadId = nodeIds.get(dead) ?? '';
    const writers = [primary, other].map((node) => cluster.startWriter(node));
    const watch = cluster.watchPrimaries();
    const waiting = await replaceListed(cluster, dead);
    await untilReplaced(primary, deadId, waiting, 240_000);
    for (const { longestGap } of await Promise.all(writers.map((writer) => writer.stop()))) {
      expect(lengthMs(longestGap)).toBeLessThan(3000);
    }
    expect(await watch.stop()).toEqual([]);
    await cluster.list(cluster.nodes);
    const healthy = await cluster.untilHealthy(180_000);
    expect(healthy.primary).toBe(primary);
    expect(healthy.replicas).toContain(waiting);
  }, 480_000);
});
