import type { EtcdEndpoint, MembershipAction } from '@flux-pg/etcd-membership';
import { clusterKeys } from '../identity/member-record.ts';
import type { Action } from './action.ts';
import type { Ports } from './ports.ts';
import type { View } from './view.ts';

/** The own etcd where it serves, else any voter through the router: the same choice as in `observe`. */
export function etcdFor(ports: Ports, view: View): EtcdEndpoint {
  const { localEtcd } = view;
  const serving = localEtcd.ok && !localEtcd.value.isLearner && localEtcd.value.leaderId !== null;
  return serving ? ports.localEtcd : ports.routedEtcd;
}

type Agreement = Extract<
  Action,
  { kind: 'note-copy' | 'forget-copy' | 'put-witnesses' | 'grant-bootstrap' | 'ask-failover' | 'hand-over' }
>;

/** Writes what the cluster agrees on; whoever wrote in between is not overruled, and the next tick looks again. */
export async function writeAgreement(ports: Ports, view: View, action: Agreement): Promise<void> {
  const etcd = etcdFor(ports, view);
  const keys = clusterKeys(view.config.appName);
  const { nodeId } = view.state;
  switch (action.kind) {
    case 'note-copy':
      await etcd.put(keys.copy(nodeId), action.address);
      return;
    case 'forget-copy':
      await etcd.delete(keys.copy(action.nodeId));
      return;
    case 'put-witnesses': {
      const stored = await etcd.get(keys.witnesses);
      if (stored !== null && stored.value !== JSON.stringify(action.expected)) return;
      await etcd.putIfUnchanged(keys.witnesses, JSON.stringify(action.witnesses), stored?.modRevision ?? 0);
      return;
    }
    case 'grant-bootstrap':
      await grantBootstrap(etcd, view, action.grant);
      return;
    // Patroni's own keys: it reads them in its next loop, and deletes them when it is done.
    case 'ask-failover':
      await etcd.putIfUnchanged(`${keys.patroniRoot}failover`, JSON.stringify({ member: action.to }), 0);
      return;
    case 'hand-over': {
      const switchover = JSON.stringify({ leader: nodeId, member: action.to });
      await etcd.putIfUnchanged(`${keys.patroniRoot}failover`, switchover, 0);
      return;
    }
  }
}

/** The grantee changes first: until the rest is cleared nobody initialises, and another look completes it. */
async function grantBootstrap(
  etcd: EtcdEndpoint,
  { config: { appName } }: View,
  grant: Extract<Agreement, { kind: 'grant-bootstrap' }>['grant'],
): Promise<void> {
  const keys = clusterKeys(appName);
  const stored = await etcd.get(keys.bootstrap);
  if ((stored?.value ?? null) !== grant.expected) return;
  if (!(await etcd.putIfUnchanged(keys.bootstrap, grant.to, stored?.modRevision ?? 0))) return;
  await etcd.delete(keys.provisioned);
  // Those that held copies are gone or hold them no more; what follows is another database.
  for (const { key } of (await etcd.list(keys.copyPrefix)).entries) await etcd.delete(key);
  if (!grant.clearInitialize) return;
  // `initialize` goes last: while it is there the grant is not complete.
  for (const name of ['config', 'history', 'initialize']) await etcd.delete(`${keys.patroniRoot}${name}`);
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
    case 'record-former-voter':
      await ports.localEtcd.put(clusterKeys(view.config.appName).formerVoter(change.nodeId), change.nodeId);
      return;
    case 'clear-former-voter':
      await ports.localEtcd.delete(clusterKeys(view.config.appName).formerVoter(change.nodeId));
      return;
  }
}
