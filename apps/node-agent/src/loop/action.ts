import type { HostEntry, MembershipAction, ProposalTerms } from '@flux-pg/etcd-membership';
import type { BootstrapDecision } from '../cold-start/index.ts';
import type { MemberRecord } from '../identity/member-record.ts';
import type { Mirror } from '../identity/mirror.ts';
import type { NodeState } from '../identity/node-state.ts';
import type { OperatorOrder } from '../operator/orders.ts';
import type { ContainedView } from '../reclone/index.ts';
import type { RouterServers } from './wanted/router-servers.ts';

/** How etcd is started: as the first member of a new cluster, as an admitted learner, or from its own data. */
export type EtcdStart =
  | { readonly kind: 'new' }
  | { readonly kind: 'join'; readonly initialCluster: readonly { name: string; peerUrl: string }[] }
  | { readonly kind: 'own-data' };

/** A cluster as its members name it. */
export interface ClusterName {
  readonly id: string;
  readonly epoch: number;
  readonly seededBy: string | null;
  readonly foundedAtMs: number | null;
  readonly sealedBy: NonNullable<NodeState['cluster']>['sealedBy'];
}

/** The one thing that a tick does. Each is idempotent: repeated after a crash it ends in the same state. */
export type Action =
  | { readonly kind: 'wait' }
  | { readonly kind: 'persist-state'; readonly state: NodeState }
  | ({ readonly kind: 'propose' } & Omit<ProposalTerms, 'clusterId'>)
  | { readonly kind: 'start-router' }
  | { readonly kind: 'set-router-servers'; readonly servers: RouterServers; readonly signature: string }
  | { readonly kind: 'write-hosts'; readonly entries: readonly HostEntry[]; readonly signature: string }
  | { readonly kind: 'start-etcd'; readonly start: EtcdStart }
  | { readonly kind: 'restart-etcd' }
  | { readonly kind: 'renew-incarnation'; readonly quarantine: boolean }
  | { readonly kind: 'renew-start-id' }
  | { readonly kind: 'stop-program'; readonly program: 'patroni' | 'etcd' }
  | { readonly kind: 'persist-order'; readonly order: OperatorOrder; readonly state: NodeState }
  | { readonly kind: 'adopt-root-data' }
  | { readonly kind: 'complete-bootstrap'; readonly systemId: string }
  | { readonly kind: 'release-initialize' }
  | { readonly kind: 'yield-cluster'; readonly to: ClusterName }
  | { readonly kind: 'write-cluster-keys' }
  | { readonly kind: 'note-copy'; readonly address: string }
  | { readonly kind: 'forget-copy'; readonly nodeId: string }
  | {
      readonly kind: 'put-witnesses';
      readonly witnesses: readonly string[];
      readonly expected: readonly string[];
    }
  | { readonly kind: 'grant-bootstrap'; readonly grant: NonNullable<BootstrapDecision['grant']> }
  | { readonly kind: 'check-user-data' }
  | { readonly kind: 'ask-failover'; readonly to: string }
  | { readonly kind: 'hand-over'; readonly to: string }
  | { readonly kind: 'put-record'; readonly record: MemberRecord }
  | { readonly kind: 'set-aside-pgdata'; readonly why: string; readonly releaseInitialize: boolean }
  | { readonly kind: 'tend-quarantine'; readonly keepBytesFree: number; readonly proof: ContainedView }
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
