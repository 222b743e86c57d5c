import type { Copy, WalPosition } from '../copies/index.ts';
import { contains, forkPoint, lineageOf } from '../copies/lineage.ts';
import { parseLsn } from '../copies/lsn.ts';
import type { ProvenLeader, RecloneMemory } from './reclone-view.ts';

/** How a copy lies to the leader's. */
export type Relation =
  /** All of it is in the leader's, as far as numbers of timelines tell. */
  | { readonly kind: 'contained' }
  /** It holds WAL that the leader does not have, from there on; null where that place is not known. */
  | { readonly kind: 'tail'; readonly from: WalPosition | null }
  /** The leader's is a part of it. */
  | { readonly kind: 'ahead' }
  /** Nobody knows how far it reaches. */
  | { readonly kind: 'unknown' };

/** The leader's copy as the server that runs on it tells. */
export function leaderCopy({ nodeId, systemId, timeline, lsn, ancestors }: ProvenLeader): Copy {
  return {
    nodeId,
    systemId: systemId ?? '',
    walEnd: null,
    controlState: '',
    consistent: true,
    history: (ancestors ?? []).map((one) => ({ timeline: one.timeline, switchLsn: one.switchLsn })),
    unfinished: null,
    restored: false,
    running: { role: 'primary', timeline, lsn },
  };
}

/** Whether the first position is not before the second by its numbers; false where one of them is no LSN. */
export function reaches(first: WalPosition, second: WalPosition): boolean {
  const [here, there] = [parseLsn(first.lsn), parseLsn(second.lsn)];
  if (here === null || there === null) return false;
  return first.timeline === second.timeline ? here >= there : first.timeline > second.timeline;
}

/** Relates a copy on disk to the leader's. Where one of the histories is not known the positions have to do. */
export function relate(copy: Copy, leader: ProvenLeader): Relation {
  const [own, lead] = [lineageOf(copy), lineageOf(leaderCopy(leader))];
  if (own !== null && lead !== null) {
    if (contains(lead, own)) return { kind: 'contained' };
    return contains(own, lead) ? { kind: 'ahead' } : { kind: 'tail', from: forkPoint(own, lead) };
  }
  if (copy.walEnd === null) return { kind: 'unknown' };
  return reaches(leader, copy.walEnd) ? { kind: 'tail', from: null } : { kind: 'ahead' };
}

/** Where the leader's copy ends on a timeline; null where it has none of that number, or nobody can tell. */
function endOn({ timeline, lsn, ancestors }: ProvenLeader, wanted: number): string | null {
  if (wanted === timeline) return lsn;
  return ancestors?.find((one) => one.timeline === wanted)?.switchLsn ?? null;
}

/** Who led a timeline of the leader's history. */
function ledBy({ nodeId, timeline, ancestors }: ProvenLeader, wanted: number): string | null {
  if (wanted === timeline) return nodeId;
  const at = ancestors?.findIndex((one) => one.timeline === wanted) ?? -1;
  return (at > 0 ? ancestors?.[at - 1]?.nextLedBy : null) ?? null;
}

/**
 * Whether all WAL up to a position is proven to be in the leader's copy. Numbers alone prove it on the first timeline only:
 * two nodes that were promoted at the same place without knowing of each other have histories that look the same. So this
 * node must have followed the very node that led the timeline in the leader's history.
 */
export function isProvenContained(
  position: WalPosition,
  followed: RecloneMemory['followed'],
  leader: ProvenLeader,
): boolean {
  const lsn = endOn(leader, position.timeline);
  if (lsn === null || !reaches({ timeline: position.timeline, lsn }, position)) return false;
  if (position.timeline === 1) return true;
  return (
    followed !== null &&
    followed.timeline === position.timeline &&
    followed.leader === ledBy(leader, position.timeline)
  );
}
