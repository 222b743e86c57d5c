import { compareIds } from '@flux-pg/etcd-membership';
import { copyOf, isHeld, type LeaderKey, type ReportingMember } from './cold-start-view.ts';

/** What the key `bootstrap` is decided on, as read in this tick. */
export interface BootstrapView {
  readonly etcdReadable: boolean;
  readonly leader: LeaderKey | null;
  /** Who may initialise PostgreSQL now. */
  readonly bootstrap: string | null;
  /** Patroni's key `initialize` holds a system id. */
  readonly initialized: boolean;
  readonly members: readonly ReportingMember[];
  /** Every node id that ever held a copy, members or not. */
  readonly everHeld: readonly string[];
  readonly gone: ReadonlySet<string>;
  /** The key `user_data`; null where nobody has written it. */
  readonly userData: boolean | null;
  /** A person has said by `flux-pg found` that the cluster may begin anew. */
  readonly permitted: boolean;
}

/** Why the grant is given or not. The codes are stable: they are logged and shown by `flux-pg status`. */
export type BootstrapReason =
  | 'etcd-unreachable'
  | 'leader-key-held'
  | 'copy-exists'
  | 'copy-may-exist'
  | 'copy-set-aside'
  | 'grant-stands'
  | 'data_lost'
  | 'nobody-reports'
  | 'grantee-gone'
  | 'copies-gone';

/** The write to make, as one transaction that compares `bootstrap` with `expected`, or null. */
export interface BootstrapDecision {
  readonly grant: {
    readonly to: string;
    readonly expected: string | null;
    /** Patroni initialises nothing while `initialize` names a system, so it is deleted in the same transaction. */
    readonly clearInitialize: boolean;
  } | null;
  readonly reason: BootstrapReason;
  /** The nodes that it lies at. */
  readonly because: readonly string[];
}

function none(reason: BootstrapReason, because: readonly string[] = []): BootstrapDecision {
  return { grant: null, reason, because: [...new Set(because)].sort(compareIds) };
}

/** Nodes that are not gone and have not said that they hold nothing. */
function unaccounted(view: BootstrapView, present: readonly ReportingMember[]): string[] {
  const reporting = new Set(present.flatMap(({ nodeId, report }) => (report === null ? [] : [nodeId])));
  const unreadable = present.flatMap(({ nodeId, report }) => (report?.kind === 'unreadable' ? [nodeId] : []));
  const everyone = [...present.map(({ nodeId }) => nodeId), ...view.everHeld];
  return [...unreadable, ...everyone.filter((id) => !view.gone.has(id) && !reporting.has(id))];
}

/**
 * Decides who may initialise PostgreSQL anew. Never while anyone who is not gone holds a copy or could: every member that
 * is not gone has to say itself that it holds nothing, and so has everybody who ever held a copy. A copy in quarantine is
 * a copy that only a person can give up. Automatic where there never was a user object to lose; unknown counts as there
 * was one, unless nothing was ever initialised. Any node may carry it out, since the write compares. Pure.
 */
export function decideBootstrapGrant(view: BootstrapView): BootstrapDecision {
  if (!view.etcdReadable) return none('etcd-unreachable');
  if (isHeld(view.leader)) return none('leader-key-held');
  const present = view.members.filter(({ nodeId }) => !view.gone.has(nodeId));
  const holders = present.filter(({ report }) => copyOf(report) !== null);
  if (holders.length > 0)
    return none(
      'copy-exists',
      holders.map(({ nodeId }) => nodeId),
    );
  const open = unaccounted(view, present);
  if (open.length > 0) return none('copy-may-exist', open);
  const granteeIsThere = present.some(({ nodeId }) => nodeId === view.bootstrap);
  if (granteeIsThere && !view.initialized) return none('grant-stands');
  const setAside = present.flatMap(({ nodeId, report }) =>
    report?.kind === 'nothing' && report.setAside ? [nodeId] : [],
  );
  if (setAside.length > 0 && !view.permitted) return none('copy-set-aside', setAside);
  const neverInitialised = !view.initialized && view.everHeld.length === 0;
  if (!neverInitialised && view.userData !== false && !view.permitted)
    return none('data_lost', view.everHeld);
  const [to] = present.map(({ nodeId }) => nodeId).sort(compareIds);
  if (to === undefined) return none('nobody-reports');
  return {
    grant: { to, expected: view.bootstrap, clearInitialize: view.initialized },
    reason: neverInitialised ? 'grantee-gone' : 'copies-gone',
    because: [],
  };
}
