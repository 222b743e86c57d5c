import { expect, test } from 'vitest';
import { etcdMembers } from './cluster/etcd-members.ts';
import { onOwnCluster } from './own-cluster.ts';

test.each([5, 7])(
  'F9: %i nodes have five voters and one primary that all others follow',
  async (nodes) => {
    await onOwnCluster(`F9 ${nodes}`, { nodes }, async ({ cluster }) => {
      await Promise.all(cluster.nodes.map((node) => node.create()));
      // Five voters, and every other node a streaming replica, are a part of what healthy means.
      const { primary, replicas } = await cluster.untilHealthy(420_000);
      expect(replicas).toHaveLength(nodes - 1);
      const status = await primary.status();
      const voting = status.members.filter(({ etcd }) => etcd !== 'none').map(({ nodeId }) => nodeId);
      expect(voting).toHaveLength(5);
      const voter = cluster.nodes.find((node) => node !== primary) ?? primary;
      expect((await etcdMembers(voter).catch(() => etcdMembers(primary))).length).toBe(5);
    });
  },
  600_000,
);
