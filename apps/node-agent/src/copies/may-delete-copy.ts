import type { Copy } from './copy.ts';
import { isContained, lineageOf } from './lineage.ts';

/** Whether a copy may be deleted, and why. The codes are stable. */
export type DeletionReason =
  | 'partial-copy'
  | 'contained-in-leader'
  | 'no-leader'
  | 'leader-itself'
  | 'foreign-system'
  | 'rewind-cut-short'
  | 'position-unknown'
  | 'tail-kept';

/** The node that leads: its copy, and whether it proved to hold the leader key with a PostgreSQL that serves as primary. */
export interface ServingLeader {
  readonly copy: Copy;
  readonly keyHeld: boolean;
}

/** The answer for one copy. */
export interface DeletionVerdict {
  readonly may: boolean;
  readonly reason: DeletionReason;
}

function isServing({ copy, keyHeld }: ServingLeader): boolean {
  return keyHeld && copy.running?.role === 'primary';
}

/**
 * Decides whether a copy may be deleted: what an initdb or a clone left at once, a whole copy only while a leader serves
 * that is proven to hold all of it, anything else never. Pure.
 */
export function mayDeleteCopy({
  copy,
  leader,
}: {
  readonly copy: Copy;
  readonly leader: ServingLeader | null;
}): DeletionVerdict {
  const kept = (reason: DeletionReason): DeletionVerdict => ({ may: false, reason });
  if (copy.unfinished === 'clone' || copy.unfinished === 'initdb') {
    return { may: true, reason: 'partial-copy' };
  }
  if (leader === null || !isServing(leader)) return kept('no-leader');
  if (leader.copy.nodeId === copy.nodeId) return kept('leader-itself');
  if (leader.copy.systemId !== copy.systemId) return kept('foreign-system');
  // The end of its WAL may already be that of the source, while its files hold what the rewind was about to undo.
  if (copy.unfinished === 'rewind') return kept('rewind-cut-short');
  if (lineageOf(copy) === null || lineageOf(leader.copy) === null) return kept('position-unknown');
  return isContained(copy, leader.copy) ? { may: true, reason: 'contained-in-leader' } : kept('tail-kept');
}
