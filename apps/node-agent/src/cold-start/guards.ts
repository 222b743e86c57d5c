import { compareIds } from '@flux-pg/etcd-membership';
import { chooseLead, type LeadBlock } from '../copies/index.ts';
import { COLD_START_WAIT_MS, copyOf, type ReportingMember } from './cold-start-view.ts';

/** Without a leader for this long, Patroni has had several rounds to choose one by its own rules. */
export const LEADERLESS_MS = 60_000;

/** What a failover that Patroni's own guards forbid is decided on, as read in this tick. */
export interface GuardView {
  /** This node's etcd leads; only its agent acts, so that one does. */
  readonly leadsEtcd: boolean;
  /** How long etcd could be read and had no leader key; null while there is one, or etcd cannot be read. */
  readonly noLeaderForMs: number | null;
  /** A request for a failover is already in etcd. */
  readonly failoverPending: boolean;
  readonly lastPrimary: string | null;
  /** Everyone in Patroni's key `/sync`: its leader and the synchronous standbys. */
  readonly syncMembers: readonly string[];
  readonly members: readonly ReportingMember[];
  readonly gone: ReadonlySet<string>;
  /** Nodes with a fresh Patroni member key. */
  readonly patroniMembers: ReadonlySet<string>;
}

/** Why a failover is asked for or not. The codes are stable: they are logged and shown by `flux-pg status`. */
export type GuardReason =
  | 'not-the-leader'
  | 'leader-known'
  | 'leader-awaited'
  | 'failover-pending'
  | 'last-primary-unknown'
  | 'waiting-for-members'
  | 'may-be-ahead'
  | 'lead-not-running'
  | 'guards-outlived'
  | LeadBlock;

/** Who Patroni is asked to fail over to, or null. */
export interface GuardDecision {
  readonly failoverTo: string | null;
  readonly reason: GuardReason;
  /** The nodes that it lies at. */
  readonly because: readonly string[];
}

function none(reason: GuardReason, because: readonly string[] = []): GuardDecision {
  return { failoverTo: null, reason, because: [...new Set(because)].sort(compareIds) };
}

/**
 * Patroni's lag limit and its synchronous mode keep a replica from leading while somebody may be ahead. Once all of those
 * are gone the guards protect nothing any more, and nobody would ever lead. Then the furthest copy is asked for, which
 * Patroni exempts from both as long as the request names no leader; it may be one of the guarded itself. Silent members
 * that are not gone are waited for as long as a cold start would. Pure.
 */
export function decideGuards(view: GuardView): GuardDecision {
  const { noLeaderForMs, lastPrimary, gone } = view;
  if (!view.leadsEtcd) return none('not-the-leader');
  if (noLeaderForMs === null) return none('leader-known');
  if (noLeaderForMs < LEADERLESS_MS) return none('leader-awaited');
  if (view.failoverPending) return none('failover-pending');
  if (lastPrimary === null) return none('last-primary-unknown');
  const present = view.members.filter(({ nodeId }) => !gone.has(nodeId));
  const waitedLong = noLeaderForMs >= COLD_START_WAIT_MS;
  const unheard = present.filter(({ report }) => report === null || report.kind === 'unreadable');
  if (unheard.length > 0 && !waitedLong) {
    return none(
      'waiting-for-members',
      unheard.map(({ nodeId }) => nodeId),
    );
  }
  const copies = present.flatMap(({ report }) => copyOf(report) ?? []);
  const lead = chooseLead(copies, gone, { lastPrimary, passOverUnknown: waitedLong, runningFirst: true });
  if (lead.nodeId === null) return none(lead.blocked ?? 'no-copy', lead.blockedBy);
  const restored = copies.some(({ nodeId, restored: old }) => nodeId === lead.nodeId && old);
  if (restored && unheard.length > 0) {
    return none(
      'waiting-for-members',
      unheard.map(({ nodeId }) => nodeId),
    );
  }
  // Whoever has told how far its copy reaches was compared with the lead: Patroni's own race ends in a draw where a copy on an
  // older timeline is longer than the furthest one, since it compares positions without timelines. One that has just returned
  // and starts does not know yet, however long the others have waited.
  const passedOver = new Set(lead.tails.flatMap(({ nodeId, from }) => (from === null ? [nodeId] : [])));
  const compared = new Set(
    copies.flatMap(({ nodeId, unfinished }) =>
      unfinished === null && passedOver.has(nodeId) ? [] : [nodeId],
    ),
  );
  const ahead = [lastPrimary, ...view.syncMembers].filter(
    (id) => id !== lead.nodeId && !gone.has(id) && !compared.has(id),
  );
  if (ahead.length > 0) return none('may-be-ahead', ahead);
  if (!view.patroniMembers.has(lead.nodeId)) return none('lead-not-running', [lead.nodeId]);
  return { failoverTo: lead.nodeId, reason: 'guards-outlived', because: [] };
}
