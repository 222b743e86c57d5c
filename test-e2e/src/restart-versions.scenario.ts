import { describe, expect, test } from 'vitest';
import type { Cluster } from './cluster/cluster.ts';
import type { HealthyCluster } from './cluster/health.ts';
import type { ClusterNode } from './cluster/node.ts';
import { withCluster } from './cluster/with-cluster.ts';
import { images } from './config.ts';
import { changeImage } from './engine/changed-image.ts';
import { first, identities, report, shortTimes, startAll, stopAll } from './quorum-loss.ts';

const LONG_MS = 900_000;

/** The agent of a later version tells more in its status than this one knows of. */
const tellMore = `cd /opt/flux-pg/dist/status
sed -i 's/software: facts.software,/& aLaterField: { known: false, since: [1, 2] },/' own-document.js
grep -q aLaterField own-document.js`;

async function versionOf(node: ClusterNode): Promise<string> {
  return (await node.exec(['sh', '-c', 'echo "$FLUX_PG_VERSION"'])).trim();
}

async function versionsOf(cluster: Cluster): Promise<number> {
  return new Set(await Promise.all(cluster.nodes.map(versionOf))).size;
}

function expectSameCluster(before: HealthyCluster, after: HealthyCluster): void {
  expect(after.clusterId).toBe(before.clusterId);
  expect(after.epoch).toBe(before.epoch);
  expect(identities(after)).toEqual(identities(before));
}

describe('containers created anew from a changed image', () => {
  test(
    'R5: one node after the other gets the later version: each mixture is healthy, fails over and restarts, and one can go back',
    async () => {
      await using later = await changeImage('99.0.0', tellMore);
      await withCluster('R5', { environment: shortTimes }, async (cluster) => {
        const before = await cluster.untilHealthy();
        const watch = cluster.watchPrimaries();
        const becomesHealthy = async (what: string, versions: number): Promise<HealthyCluster> => {
          const startedMs = performance.now();
          const after = await cluster.untilHealthy(300_000);
          report('R5', `${what}: healthy`, performance.now() - startedMs);
          expect(await versionsOf(cluster)).toBe(versions);
          expectSameCluster(before, after);
          return after;
        };
        const upgrade = async (node: ClusterNode): Promise<void> => {
          node.useImage(later.name);
          await node.recreate();
          expect(await versionOf(node)).toBe('99.0.0');
        };
        const writer = cluster.startWriter(before.primary);
        const [one, other] = [first(before.replicas), first(before.replicas.slice(1))];
        const old = await versionOf(one);

        await upgrade(one);
        await becomesHealthy('one of three is later', 2);
        await stopAll(cluster);
        await startAll(cluster);
        await becomesHealthy('all restarted, one of three is later', 2);
        await upgrade(other);
        const { primary } = await becomesHealthy('two of three are later', 2);
        await primary.kill();
        await primary.start();
        await becomesHealthy(`${primary.name} was killed while it led`, 2);
        await upgrade(before.primary);
        await becomesHealthy('all are later', 1);

        one.useImage(images.node);
        await one.recreate();
        expect(await versionOf(one)).toBe(old);
        await becomesHealthy('one went back', 2);
        await writer.stop();
        await cluster.untilHealthy();
        expect(await watch.stop()).toEqual([]);
      });
    },
    LONG_MS,
  );
});
