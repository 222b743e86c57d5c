import { type HostEntry, memberHosts, memberName, parseMemberName, peerHost } from '@flux-pg/etcd-membership';
import type { NodePorts } from '../../config.ts';
import { clusterPeers, knownMembers } from '../known-members.ts';
import { oncePerView } from '../once-per-view.ts';
import type { View } from '../view.ts';

/** The name this node has in etcd, or would join with. */
export function ownMemberName(view: Pick<View, 'state'>): string {
  return memberName(view.state.nodeId, view.state.etcd.incarnation);
}

/** Where etcd's members reach each other and are reached: by name, at the ports that are mapped on the host. */
export function memberUrls(name: string, ports: Pick<NodePorts, 'etcdPeer' | 'etcdClient'>) {
  return { peer: `https://${name}:${ports.etcdPeer}`, client: `https://${name}:${ports.etcdClient}` };
}

function namesInEtcd(view: View): readonly string[] {
  if (!view.etcd.ok) return view.mirror?.voters ?? [];
  return view.etcd.value.members.flatMap(({ peerUrls }) => peerUrls.map(peerHost));
}

/**
 * The entries of `/etc/hosts` that give etcd's member names their addresses. Names of nodes that want to join are
 * mapped before they are admitted, since etcd resolves a peer's name the moment it is added.
 */
export const hostEntries = oncePerView((view: View): readonly HostEntry[] => {
  const own = ownMemberName(view);
  const current = clusterPeers(view).map(({ etcd }) => etcd.memberName);
  const names = [...new Set([own, ...namesInEtcd(view), ...current])].sort();
  const latest = new Map(clusterPeers(view).map(({ nodeId, etcd }) => [nodeId, etcd.memberName]));
  const byNode = new Map(knownMembers(view).map(({ nodeId, address }) => [nodeId, address]));
  const addresses = new Map<string, string>();
  // Whoever proves to be at an address has it before a record of somebody who was there.
  const present = new Set(current);
  for (const name of [...names].sort(
    (left, right) => Number(present.has(right)) - Number(present.has(left)),
  )) {
    const parsed = parseMemberName(name);
    const address = parsed && byNode.get(parsed.nodeId);
    const superseded = parsed !== null && (latest.get(parsed.nodeId) ?? name) !== name;
    const usable = address !== undefined && address !== null && address !== view.ownAddress?.address;
    if (usable && !superseded) addresses.set(name, address);
  }
  return memberHosts({ names, own, addresses });
});
