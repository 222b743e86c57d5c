import { describe, expect, test } from 'vitest';
import { withCluster } from './cluster/with-cluster.ts';
import { first, kill, report, serveNothing, shortTimes, untilReason, untilServes } from './quorum-loss.ts';

const LONG_MS = 2_400_000;
/** The least that is allowed. */
const TIMEOUT_MS = 900_000;
/** Waiting for a reason, asking and measuring may be late; serving may not be early. */
const TOLERANCE_MS = 20_000;
const SERVES_LATE_MS = 90_000;

describe('a user who prefers a cluster that serves to one that cannot split', () => {
  test(
    'Q3: with ABSENCE_TIMEOUT_RECOVERY the survivor of three serves although the lost are listed, and not before',
    async () => {
      const environment = { ...shortTimes, ABSENCE_TIMEOUT_RECOVERY: String(TIMEOUT_MS / 1000) };
      await withCluster('Q3 available', { environment }, async (cluster) => {
        const { replicas, clusterId } = await cluster.untilHealthy();
        const survivor = first(replicas);
        const loss = await kill(cluster, (node) => node !== survivor);
        await untilReason(survivor, ['address-silent', 'majority-may-return'], 120_000);
        await serveNothing([survivor], TIMEOUT_MS - TOLERANCE_MS - (performance.now() - loss.lostAtMs));
        const tookMs = await untilServes(cluster, loss);
        report('Q3 available', 'writes', tookMs);
        expect(tookMs).toBeGreaterThan(TIMEOUT_MS);
        expect(tookMs).toBeLessThan(TIMEOUT_MS + SERVES_LATE_MS);

        const watch = cluster.watchPrimaries();
        await Promise.all(
          loss.before.replicas.filter((node) => node !== survivor).map((node) => node.start()),
        );
        await loss.before.primary.start();
        const returnedMs = performance.now();
        const after = await cluster.untilHealthy(300_000);
        report('Q3 available', 'healthy with both back', performance.now() - returnedMs);
        expect(after.primary).toBe(survivor);
        expect(after.clusterId).toBe(clusterId);
        expect(await watch.stop()).toEqual([]);
      });
    },
    LONG_MS,
  );
});
