import { z } from 'zod';
import type { ClusterNode } from './node.ts';

/** A line of `member list`, whose columns are parted by commas: id, state, name, peer URLs, client URLs, learner. */
const lineSchema = z
  .tuple([
    z.string().regex(/^[0-9a-f]+$/),
    z.enum(['started', 'unstarted']),
    z.string(),
    z.string(),
    z.string(),
    z.enum(['true', 'false']),
  ])
  .transform(([id, , name, peerUrl, , isLearner]) => ({
    id,
    name,
    peerUrl,
    isLearner: isLearner === 'true',
  }));

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

/**
 * Reads what `etcdctl member list` prints. As JSON it either leaves out who is a learner (`--hex`) or prints ids that a number
 * of JavaScript cannot hold.
 */
export function parseMemberList(output: string): readonly EtcdMember[] {
  return output
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => lineSchema.parse(line.split(', ')));
}

/** The member list as this node's own etcd has it. Throws where the node runs none. */
export async function etcdMembers(node: ClusterNode): Promise<readonly EtcdMember[]> {
  return parseMemberList(await node.exec(['sh', '-c', `${etcdctl} member list -w simple`]));
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
