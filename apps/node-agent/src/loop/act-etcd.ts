import type { MembershipAction } from '@flux-pg/etcd-membership';
import { type ClusterKey, clusterKeys } from '../identity/member-record.ts';
import { ownRecord } from './known-members.ts';
import type { Ports } from './ports.ts';
import type { View } from './view.ts';

/** The founder's keys, each only where missing: after a crash in between, the rest is completed and nothing changed. */
export async function writeClusterKeys(ports: Ports, view: View): Promise<void> {
  const { cluster, nodeId } = view.state;
  if (cluster === null) return;
  const keys = clusterKeys(view.config.appName);
  const key: ClusterKey = {
    id: cluster.id,
    epoch: cluster.epoch,
    superuser: view.config.superuser.name,
    foundedAtMs: view.wallMs,
  };
  const record = ownRecord(view);
  if (record !== null) await ports.localEtcd.put(keys.member(nodeId), JSON.stringify(record));
  await ports.localEtcd.putIfUnchanged(keys.bootstrap, nodeId, 0);
  // Written last: the others take its presence for the sign that the rest is there.
  await ports.localEtcd.putIfUnchanged(keys.cluster, JSON.stringify(key), 0);
}

/** Sends one change to this node's etcd, which is the leader; a refusal is an error, and the next tick looks again. */
export async function changeMembership(ports: Ports, view: View, change: MembershipAction): Promise<void> {
  switch (change.kind) {
    case 'none':
      return;
    case 'add-learner':
      await ports.localEtcd.addLearner(change.peerUrl);
      return;
    case 'promote':
      await ports.localEtcd.promote(change.memberId);
      return;
    case 'remove-member':
      await ports.localEtcd.remove(change.memberId);
      return;
    case 'move-leader':
      await ports.localEtcd.moveLeader(change.targetId);
      return;
    case 'forget-node':
      await ports.localEtcd.delete(clusterKeys(view.config.appName).member(change.nodeId));
      return;
  }
}
