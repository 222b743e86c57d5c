import { compareIds } from '@flux-pg/etcd-membership';
import { type Copy, chooseLead, isContained, type Lead, type LeadBlock } from '../copies/index.ts';
import {
  COLD_START_WAIT_MS,
  type ColdStartEvidence,
  copyOf,
  isHeld,
  type ReportingMember,
  SILENT_WAIT_MS,
} from './cold-start-view.ts';
import type { Warmth } from './warmth.ts';

/** What the start of Patroni is decided on. */
export interface ColdStartView extends ColdStartEvidence {
  /** The synchronous standbys that Patroni's key `/sync` names, its leader not among them. */
  readonly syncStandbys: readonly string[];
  /** The key `bootstrap`: who may initialise PostgreSQL. */
  readonly bootstrap: string | null;
  /** Patroni's key `initialize` holds a system id. */
  readonly initialized: boolean;
  /** The node that last held the leader key, as mirrored. */
  readonly lastPrimary: string | null;
  readonly gone: ReadonlySet<string>;
  readonly warmth: Warmth;
}

/** Why Patroni is started or not. The codes are stable: they are logged and shown by `flux-pg status`. */
export type ColdStartReason =
  | 'etcd-unreachable'
  | 'own-volume-unknown'
  | 'own-data-unreadable'
  | 'key-held'
  | 'bootstrap-granted'
  | 'copy-exists'
  | 'waiting-for-leader'
  | 'sync-protects'
  | 'warm'
  | 'waiting-for-last-primary'
  | 'waiting-for-members'
  | 'waiting-for-unreadable'
  | 'restored-copy-waits'
  | 'leads'
  | 'waiting-for-lead'
  | LeadBlock;

/** Whether Patroni may be started now; `waitingFor` are the nodes that it lies at. */
export interface ColdStartDecision {
  readonly start: boolean;
  readonly reason: ColdStartReason;
  readonly waitingFor: readonly string[];
  /** Who leads, where this was worked out. */
  readonly lead: Lead | null;
}

function go(reason: ColdStartReason, lead: Lead | null = null): ColdStartDecision {
  return { start: true, reason, waitingFor: [], lead };
}

function hold(
  reason: ColdStartReason,
  waitingFor: readonly string[] = [],
  lead: Lead | null = null,
): ColdStartDecision {
  return { start: false, reason, waitingFor: [...waitingFor].sort(compareIds), lead };
}

function idsOf(members: readonly ReportingMember[]): string[] {
  return members.map(({ nodeId }) => nodeId);
}

/** A node without a copy initialises PostgreSQL only where it was granted and nobody holds anything, else it clones. */
function startEmpty(view: ColdStartView, others: readonly ReportingMember[]): ColdStartDecision {
  if (view.bootstrap !== view.self || view.initialized) return hold('waiting-for-leader');
  const holders = others.filter(({ report }) => report?.kind === 'unreadable' || copyOf(report) !== null);
  return holders.length > 0 ? hold('copy-exists', idsOf(holders)) : go('bootstrap-granted');
}

/** Whether a copy that was told of before would, or for all that is known could, lead instead of the leading one. */
function couldLead({ gone, lastPrimary }: ColdStartView, copy: Copy, leading: Copy | null): boolean {
  if (leading === null) return true;
  if (isContained(copy, leading)) return false;
  const { nodeId } = chooseLead([leading, copy], gone, {
    lastPrimary,
    passOverUnknown: false,
    runningFirst: true,
  });
  return nodeId !== leading.nodeId;
}

/** Who is silent and still waited for, given who would lead without them. */
function awaited(view: ColdStartView, silent: readonly ReportingMember[], leading: Copy | null): string[] {
  const { nowMs, lastPrimary, warmth } = view;
  const coldSinceMs = warmth.coldSinceMs ?? nowMs;
  const newest = Math.max(coldSinceMs, ...Object.values(warmth.reports).map(({ firstAtMs }) => firstAtMs));
  const stillAwaited = ({ nodeId }: ReportingMember) => {
    if (nodeId === lastPrimary && nowMs - coldSinceMs < COLD_START_WAIT_MS) return true;
    const past = warmth.reports[nodeId];
    // It has told of rows that the lead lacks. A status that is missed once while it recovers for minutes must not let
    // another overtake it, so that it is worth as long a wait as the last primary, counted from its last word.
    const copy = past?.copy ?? null;
    const hasMore = copy !== null && couldLead(view, copy, leading);
    if (past !== undefined && hasMore && nowMs - past.lastAtMs < COLD_START_WAIT_MS) return true;
    return nowMs - newest < SILENT_WAIT_MS;
  };
  return idsOf(silent.filter(stillAwaited));
}

/**
 * The furthest copy. One whose position is unknown is waited for as long as the last primary, from its first report on: whoever
 * returns late may have to read much WAL before it can tell.
 */
function leadOf({ nowMs, lastPrimary, gone, warmth }: ColdStartView, copies: readonly Copy[]): Lead {
  const lead = chooseLead(copies, gone, { lastPrimary, passOverUnknown: false, runningFirst: true });
  if (lead.blocked !== 'position-unknown') return lead;
  const hasHadItsTime = (nodeId: string) =>
    nowMs - (warmth.reports[nodeId]?.firstAtMs ?? nowMs) >= COLD_START_WAIT_MS;
  return lead.blockedBy.every(hasHadItsTime)
    ? chooseLead(copies, gone, { lastPrimary, passOverUnknown: true, runningFirst: true })
    : lead;
}

function startCold(view: ColdStartView, own: Copy, others: readonly ReportingMember[]): ColdStartDecision {
  const { nowMs, self, lastPrimary, warmth } = view;
  const waitedLong = nowMs - (warmth.coldSinceMs ?? nowMs) >= COLD_START_WAIT_MS;
  const copies = [own, ...others.flatMap(({ report }) => copyOf(report) ?? [])];
  const lead = leadOf(view, copies);
  const leading = copies.find(({ nodeId }) => nodeId === lead.nodeId) ?? null;
  const silent = others.filter(({ report }) => report === null);
  const unreadable = others.filter(({ report }) => report?.kind === 'unreadable');
  const waitingFor = awaited(view, silent, leading);
  if (waitingFor.length > 0) {
    const onlyLast = waitingFor.every((nodeId) => nodeId === lastPrimary);
    return hold(onlyLast ? 'waiting-for-last-primary' : 'waiting-for-members', waitingFor, lead);
  }
  if (unreadable.length > 0 && !waitedLong) return hold('waiting-for-unreadable', idsOf(unreadable), lead);
  if (lead.blocked !== null) return hold(lead.blocked, lead.blockedBy, lead);
  // What was put back leads only where everybody else is proven to have nothing or to be gone, however long it takes.
  if (leading?.restored === true && silent.length + unreadable.length > 0) {
    return hold('restored-copy-waits', idsOf([...silent, ...unreadable]), lead);
  }
  if (lead.nodeId === self) return go('leads', lead);
  return hold('waiting-for-lead', lead.nodeId === null ? [] : [lead.nodeId], lead);
}

/**
 * Decides whether Patroni may start on this node now. With a held key it starts everywhere and follows. Without one,
 * cold nodes start only on the furthest copy, once every member that is not gone has reported or was waited for; a node
 * that PostgreSQL has run on under a held key goes on by Patroni's own rules, and with synchronous standbys recorded
 * those name who may lead. A restored or cut-short copy never profits from the last two: its words about itself are
 * older than the keys. Pure.
 */
export function decideColdStart(view: ColdStartView): ColdStartDecision {
  if (!view.etcdReadable) return hold('etcd-unreachable');
  const report = view.members.find(({ nodeId }) => nodeId === view.self)?.report ?? null;
  if (report === null) return hold('own-volume-unknown');
  if (report.kind === 'unreadable') return hold('own-data-unreadable');
  if (isHeld(view.leader)) return go('key-held');
  const others = view.members.filter(({ nodeId }) => nodeId !== view.self && !view.gone.has(nodeId));
  const own = copyOf(report);
  if (own === null) return startEmpty(view, others);
  const sound = !own.restored && own.unfinished === null;
  if (sound && view.syncStandbys.length > 0) return go('sync-protects');
  if (sound && view.warmth.warm) return go('warm');
  return startCold(view, own, others);
}
