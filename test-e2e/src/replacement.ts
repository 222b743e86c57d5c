import type { Cluster } from './cluster/cluster.ts';
import { etcdMembers, nodeIdOf } from './cluster/etcd-members.ts';
import type { ClusterNode } from './cluster/node.ts';
import { until } from './waiting.ts';

/**
 * Waits until a new node votes in the place of a dead one that is still listed, and streams. The dead one may come back for as
 * long as it is listed, so it stays a member; its place in etcd and its work do not wait for it.
 */
export async function untilReplaced(
  primary: ClusterNode,
  deadId: string,
  waiting: ClusterNode,
  timeoutMs: number,
): Promise<void> {
  await until('the waiting node votes and streams', { timeoutMs, intervalMs: 1000 }, async () => {
    const voters = (await etcdMembers(primary)).filter(({ isLearner }) => !isLearner).map(nodeIdOf);
    if (voters.length !== 3 || voters.includes(deadId)) throw new Error(`the voters are ${voters}`);
    const { members, node } = await waiting.status();
    if (!voters.includes(node.id ?? '')) throw new Error(`the voters are ${voters}`);
    return members.some(({ nodeId, state }) => nodeId === node.id && state === 'streaming')
      ? true
      : undefined;
  });
}

/** Kills a replica for ever that stays listed, and starts a new node that is listed, too. */
export async function replaceListed(cluster: Cluster, dead: ClusterNode): Promise<ClusterNode> {
  await dead.kill();
  const waiting = await cluster.addNode();
  await cluster.list(cluster.nodes);
  await waiting.create();
  cluster.dropNode(dead);
  return waiting;
}
