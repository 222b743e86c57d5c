import type { HostEntry, MembershipAction } from '@flux-pg/etcd-membership';
import type { MemberRecord } from '../identity/member-record.ts';
import type { Mirror } from '../identity/mirror.ts';
import type { NodeState } from '../identity/node-state.ts';
import type { RouterServers } from './wanted/router-servers.ts';

/** How etcd is started: as the first member of a new cluster, as an admitted learner, or from its own data. */
export type EtcdStart =
  | { readonly kind: 'new' }
  | { readonly kind: 'join'; readonly initialCluster: readonly { name: string; peerUrl: string }[] }
  | { readonly kind: 'own-data' };

/** The one thing that a tick does. Each is idempotent: repeated after a crash it ends in the same state. */
export type Action =
  | { readonly kind: 'wait' }
  | { readonly kind: 'persist-state'; readonly state: NodeState }
  | { readonly kind: 'propose'; readonly expectedNodes: number }
  | { readonly kind: 'start-router' }
  | { readonly kind: 'set-router-servers'; readonly servers: RouterServers; readonly signature: string }
  | { readonly kind: 'write-hosts'; readonly entries: readonly HostEntry[]; readonly signature: string }
  | { readonly kind: 'start-etcd'; readonly start: EtcdStart }
  | { readonly kind: 'restart-etcd' }
  | { readonly kind: 'renew-incarnation'; readonly quarantine: boolean }
  | { readonly kind: 'write-cluster-keys' }
  | { readonly kind: 'put-record'; readonly record: MemberRecord }
  | { readonly kind: 'set-aside-pgdata'; readonly why: string; readonly releaseInitialize: boolean }
  | { readonly kind: 'apply-patroni-config'; readonly text: string; readonly reload: boolean }
  | { readonly kind: 'delete-registration' }
  | { readonly kind: 'start-patroni' }
  | { readonly kind: 'provision-database' }
  | { readonly kind: 'ensure-roles' }
  | { readonly kind: 'change-membership'; readonly change: MembershipAction }
  | { readonly kind: 'write-mirror'; readonly mirror: Mirror };

/** A decision: the action, a stable reason code, and a detail for people. */
export interface Decision {
  readonly action: Action;
  readonly reason: string;
  readonly detail: string;
}

/** Builds a decision. */
export function decided(action: Action, reason: string, detail = ''): Decision {
  return { action, reason, detail };
}

/** Builds a decision to wait. */
export function waiting(reason: string, detail = ''): Decision {
  return { action: { kind: 'wait' }, reason, detail };
}
