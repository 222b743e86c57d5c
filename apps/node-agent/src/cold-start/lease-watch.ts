import type { KeyLease } from '@flux-pg/etcd-membership';

/** The lease of Patroni's leader key as read in one tick; monotonic times around the question. */
export interface LeaseReading extends KeyLease {
  readonly askedAtMs: number;
  readonly seenAtMs: number;
}

/** What is known of the leader key's lease: somebody lives who renews it, whatever else of him is silent. */
export interface LeaseWatch {
  readonly nodeId: string;
  readonly leaseId: string;
  readonly raftTerm: number;
  /** By when it ends at the latest, if nobody renews it again. */
  readonly endsByMs: number;
  readonly renewals: number;
  /** When a renewal was seen last. */
  readonly renewedAtMs: number | null;
}

/** etcd tells whole seconds, rounded down. */
const RESOLUTION_MS = 1000;

/**
 * Adds one tick. Only a lease that surely ends later than it could have counts as renewed, however long the answers took.
 * Another holder, another lease and another leader of etcd begin anew: each leader of etcd gives every lease its whole time
 * again, so that a few elections after a full restart would look like somebody who lives.
 */
export function watchLease(
  previous: LeaseWatch | null,
  tick: {
    /** The leader key as etcd has it; null without one, and where etcd cannot be read. */
    readonly nodeId: string | null;
    /** Null where it was not asked for, or there was no answer. */
    readonly reading: LeaseReading | null;
  },
): LeaseWatch | null {
  const { nodeId, reading } = tick;
  const known = previous?.nodeId === nodeId ? previous : null;
  if (nodeId === null || reading === null) return known;
  const { leaseId, raftTerm, remainingMs, askedAtMs, seenAtMs } = reading;
  // One that has run out, and that etcd has not yet taken away, renews nothing by being read late.
  if (remainingMs <= 0) return known;
  const endsByMs = seenAtMs + remainingMs + RESOLUTION_MS;
  if (known === null || known.leaseId !== leaseId || known.raftTerm !== raftTerm) {
    return { nodeId, leaseId, raftTerm, endsByMs, renewals: 0, renewedAtMs: null };
  }
  return askedAtMs + remainingMs > known.endsByMs
    ? { ...known, endsByMs, renewals: known.renewals + 1, renewedAtMs: seenAtMs }
    : { ...known, endsByMs: Math.min(known.endsByMs, endsByMs) };
}

/** How often it was seen to be renewed; none where the last time was so long ago that its holder may have died since. */
export function renewalsOf(
  watch: LeaseWatch | null,
  at: { readonly nowMs: number; readonly ttlMs: number },
): number {
  const { renewals = 0, renewedAtMs = null } = watch ?? {};
  return renewedAtMs !== null && at.nowMs - renewedAtMs <= at.ttlMs / 2 ? renewals : 0;
}
