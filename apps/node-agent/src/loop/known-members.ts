import { compareIds } from '@flux-pg/etcd-membership';
import type { MemberRecord } from '../identity/member-record.ts';
import type { StatusDocument } from '../status/document.ts';
import type { View } from './view.ts';

/** The authenticated statuses of other nodes of this cluster, read in this tick. */
export function clusterPeers(view: View): readonly StatusDocument[] {
  const own = view.state.cluster?.id;
  const documents = view.peers.flatMap(({ heard }) =>
    heard.kind === 'authenticated' ? [heard.document] : [],
  );
  const seen = new Set<string>([view.state.nodeId]);
  return documents.filter(({ nodeId, cluster }) => {
    if (cluster?.id !== own || seen.has(nodeId)) return false;
    seen.add(nodeId);
    return true;
  });
}

/**
 * Every member that is known, the own node excepted: from etcd, else from the mirror, each at the address that its own
 * authenticated status gave last. Sorted by node id, so that equal views give equal texts.
 */
export function knownMembers(view: View): readonly MemberRecord[] {
  const known = new Map<string, MemberRecord>();
  const stored = view.etcd.ok ? view.etcd.value.records : (view.mirror?.members ?? []);
  for (const record of stored) known.set(record.nodeId, record);
  for (const { nodeId, address, ports } of clusterPeers(view)) {
    if (address !== null) known.set(nodeId, { nodeId, address, ports });
  }
  known.delete(view.state.nodeId);
  return [...known.values()].sort((left, right) => compareIds(left.nodeId, right.nodeId));
}

/** This node's own record, or null while its address is not known. */
export function ownRecord(view: View): MemberRecord | null {
  if (view.ownAddress === null) return null;
  return { nodeId: view.state.nodeId, address: view.ownAddress.address, ports: view.config.hostPorts };
}
