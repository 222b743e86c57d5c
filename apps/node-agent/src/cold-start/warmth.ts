import type { Copy } from '../copies/index.ts';
import { type ColdStartEvidence, copyOf, isHeld } from './cold-start-view.ts';

/** What a member said while this node was cold. */
interface PastReport {
  readonly firstAtMs: number;
  readonly lastAtMs: number;
  /** As it said last. */
  readonly copy: Copy | null;
}

/** What earlier ticks leave for the decision on a start. It lives as long as the agent: a new one begins cold. */
export interface Warmth {
  /** PostgreSQL has run here under a held key, and the cluster has not been without a head for long since. */
  readonly warm: boolean;
  /** Since when etcd could not be read while no primary was seen to serve. */
  readonly headlessSinceMs: number | null;
  /** Since when this node is cold and could decide; null while it is not, or etcd has not answered yet. */
  readonly coldSinceMs: number | null;
  /** Who has reported since this node is cold. */
  readonly reports: Readonly<Record<string, PastReport>>;
}

function headlessSince(previous: Warmth | null, evidence: ColdStartEvidence): number | null {
  if (evidence.etcdReadable) return null;
  const serves = evidence.members.some(({ report }) => copyOf(report)?.running?.role === 'primary');
  return serves ? null : (previous?.headlessSinceMs ?? evidence.nowMs);
}

function reportsSoFar(previous: Warmth | null, { nowMs, members }: ColdStartEvidence): Warmth['reports'] {
  const fresh = members.flatMap(({ nodeId, report }): [string, PastReport][] => {
    if (report === null) return [];
    const firstAtMs = previous?.reports[nodeId]?.firstAtMs ?? nowMs;
    return [[nodeId, { firstAtMs, lastAtMs: nowMs, copy: copyOf(report) }]];
  });
  return { ...previous?.reports, ...Object.fromEntries(fresh) };
}

/**
 * Adds one tick. A node is warm from the moment PostgreSQL runs here under a held key: from then on Patroni's own rules
 * decide who leads, since everybody's positions are known to it. It turns cold when etcd has been without quorum for
 * longer than the key lives and nobody served meanwhile, since then all may have been restarted. An etcd that only this
 * node cannot reach makes it cold, too; that costs nothing, because the key is then held by somebody else. A node that had
 * to rest begins anew: the others of its part rested as well, each from a moment of its own, and Patroni's rules would
 * compare only those that run already. Pure.
 */
export function rememberWarmth(previous: Warmth | null, evidence: ColdStartEvidence): Warmth {
  const { nowMs, self, etcdReadable, leader, members, ttlMs, mustRest } = evidence;
  const headlessSinceMs = headlessSince(previous, evidence);
  if (mustRest) return { warm: false, headlessSinceMs, coldSinceMs: null, reports: {} };
  const held = etcdReadable && isHeld(leader);
  const own = members.find(({ nodeId }) => nodeId === self);
  const runs = copyOf(own?.report ?? null)?.running != null;
  const lostItsHead = headlessSinceMs !== null && nowMs - headlessSinceMs > ttlMs;
  const warm = (held && runs) || ((previous?.warm ?? false) && !lostItsHead);
  if (held || warm) return { warm, headlessSinceMs, coldSinceMs: null, reports: {} };
  return {
    warm,
    headlessSinceMs,
    coldSinceMs: previous?.coldSinceMs ?? (etcdReadable ? nowMs : null),
    reports: reportsSoFar(previous, evidence),
  };
}
