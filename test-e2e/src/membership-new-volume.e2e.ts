import { beforeAll, describe, expect, test } from 'vitest';
import { clusterForAll } from './cluster/cluster-for-all.ts';
import { etcdMembers, nodeIdOf } from './cluster/etcd-members.ts';
import { querySql } from './cluster/sql.ts';
import { emptyVolume } from './cluster/volume.ts';
import { first, report, shortTimes } from './quorum-loss.ts';
import { until } from './waiting.ts';

describe('a new volume', () => {
  const theCluster = clusterForAll({ environment: shortTimes });

  beforeAll(async () => {
    await theCluster().untilHealthy();
  });

  test('M4: a node that returns at its address with an empty volume is a new member, the old one is removed', async () => {
    const cluster = theCluster();
    const { primary, replicas, nodeIds } = await cluster.untilHealthy();
    const node = first(replicas);
    const watch = cluster.watchPrimaries();
    await node.kill();
    await node.remove();
    await emptyVolume(node);
    await node.create();
    const startedMs = performance.now();
    const after = await cluster.untilHealthy(180_000);
    report('M4', 'healthy', performance.now() - startedMs);
    expect(after.primary).toBe(primary);
    expect(after.nodeIds.get(node)).not.toBe(nodeIds.get(node));
    expect((await etcdMembers(primary)).map(nodeIdOf)).not.toContain(nodeIds.get(node));
    await until('the old slot is dropped', { timeoutMs: 180_000, intervalMs: 1000 }, async () => {
      const slots = await querySql<{ slot_name: string }>(
        primary.login('postgres'),
        'select slot_name from pg_replication_slots',
      );
      const old = nodeIds.get(node)?.replaceAll('-', '_');
      return slots.some(({ slot_name: name }) => name === old) ? undefined : true;
    });
    expect(await watch.stop()).toEqual([]);
  }, 480_000);
});
