import type { Copy } from '../copies/index.ts';

/** The last primary, and whoever is known to be ahead, is waited for this long (`COLD_START_WAIT`). */
export const COLD_START_WAIT_MS = 300_000;
/** Other silent members are waited for this long after the last one that reported for the first time. */
export const SILENT_WAIT_MS = 60_000;

/** What a member says is on its volume. */
export type VolumeReport =
  /** Nothing of PostgreSQL; `setAside` where a whole copy lies in quarantine. */
  | { readonly kind: 'nothing'; readonly setAside: boolean }
  /** Something that may be a copy, but cannot be read. */
  | { readonly kind: 'unreadable' }
  | { readonly kind: 'copy'; readonly copy: Copy };

/** A member of the cluster; `report` is of a fresh authenticated status, null while it is silent. */
export interface ReportingMember {
  readonly nodeId: string;
  readonly report: VolumeReport | null;
}

/** Patroni's leader key as read in this tick. */
export interface LeaderKey {
  readonly nodeId: string;
  /** Its holder's fresh authenticated status says that PostgreSQL runs there as primary. */
  readonly runsPrimary: boolean;
  /** How often its lease was seen to be renewed since etcd last became readable or changed its leader, which extends it, too. */
  readonly leaseRenewals: number;
}

/** What every decision here rests on. Plain data; times are monotonic. */
export interface ColdStartEvidence {
  readonly nowMs: number;
  readonly self: string;
  /** etcd answered a linearizable read in this tick; the keys below are unknown otherwise, and then null or empty. */
  readonly etcdReadable: boolean;
  readonly leader: LeaderKey | null;
  /** Every member, this node among them; those of the mirror while etcd cannot be read. */
  readonly members: readonly ReportingMember[];
  readonly ttlMs: number;
  /** The agent itself keeps PostgreSQL down here: it is stale, holds an intent, or gives way to another cluster. */
  readonly mustRest: boolean;
}

/**
 * Whether somebody proves to lead. A key alone proves nothing: after a full restart etcd keeps the old one alive for
 * another lease, but nobody renews it then.
 */
export function isHeld(leader: LeaderKey | null): boolean {
  return leader !== null && (leader.runsPrimary || leader.leaseRenewals >= 2);
}

/** The copy that a report tells of, a cut rewind included; null for what a clone or an initdb left. */
export function copyOf(report: VolumeReport | null): Copy | null {
  if (report?.kind !== 'copy') return null;
  const { unfinished } = report.copy;
  return unfinished === 'clone' || unfinished === 'initdb' ? null : report.copy;
}
