import { z } from 'zod';
import type { ClusterNode } from './node.ts';

const memberListSchema = z.object({
  members: z.array(
    z.object({
      ID: z.string(),
      name: z.string().default(''),
      peerURLs: z.array(z.string()),
      isLearner: z.boolean().default(false),
    }),
  ),
});

/** One entry of etcd's member list. */
export interface EtcdMember {
  /** Hexadecimal. */
  readonly id: string;
  /** Names the member before its start, too: its host is the name. */
  readonly peerUrl: string;
  /** `NODEID-INCARNATION.fluxpg`; empty while the member has not started. */
  readonly name: string;
  readonly isLearner: boolean;
}

const tls =
  '--cacert /run/flux-pg/tls/ca.crt --cert /run/flux-pg/tls/node.crt --key /run/flux-pg/tls/node.key';
const etcdctl = `etcdctl --endpoints https://127.0.0.1:2379 ${tls} --command-timeout 3s`;

/** The member list as this node's own etcd has it. Throws where the node runs none. */
export async function etcdMembers(node: ClusterNode): Promise<readonly EtcdMember[]> {
  const output = await node.exec(['sh', '-c', `${etcdctl} member list -w json --hex`]);
  return memberListSchema
    .parse(JSON.parse(output))
    .members.map(({ ID, name, peerURLs: [peerUrl = ''], isLearner }) => ({
      id: ID,
      name,
      peerUrl,
      isLearner,
    }));
}

/** Asks etcd by hand to give a learner its vote. Throws `exec` with etcd's refusal. */
export async function promoteMember(at: ClusterNode, memberId: string): Promise<void> {
  await at.exec(['sh', '-c', `${etcdctl} member promote ${memberId}`]);
}

/** Throws unless the node's own etcd answers a linearizable read. */
export async function checkEtcd(node: ClusterNode): Promise<void> {
  await node.exec(['sh', '-c', `${etcdctl} endpoint health`]);
}

/** The node that an etcd member belongs to, whether it has started or not. */
export function nodeIdOf({ peerUrl }: EtcdMember): string {
  return peerUrl.replace(/^https:\/\//, '').replace(/-[^-]*$/, '');
}

/** Voters that a cluster of this many nodes shall have. */
export function voterTarget(nodes: number): number {
  if (nodes <= 2) return 1;
  return nodes <= 4 ? 3 : 5;
}
