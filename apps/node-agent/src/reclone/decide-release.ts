import type { QuarantineEntry } from '../volume/index.ts';
import { type ContainedView, isContainedNow, isGivenUp } from './aside-name.ts';
import { isSpaceShort } from './obstacle.ts';
import type { RecloneEvidence, RecloneMemory } from './reclone-view.ts';
import { hasFollowed } from './stall.ts';

/** Whole copies may leave the quarantine where less than this part of the volume is free: twice what slots may hold back. */
export const RELEASE_BELOW_PART = 0.4;
/** The quarantine is gone through at most this often: its sizes are counted anew each time. */
export const RELEASE_INTERVAL_MS = 5 * 60_000;

/** How the quarantine is gone through. */
export interface ReleaseDecision {
  readonly reason: 'quarantine-not-looked-through' | 'space-for-clone' | 'space-low';
  /** Copies that are proven to be contained leave until so much is free. */
  readonly keepBytesFree: number;
  readonly proof: ContainedView;
}

/** A copy was moved aside because it may be deleted, and there is no room for the new one beside it. */
function spaceForClone(memory: RecloneMemory, evidence: RecloneEvidence): ReleaseDecision | null {
  const { leader, disk, patroniAlive, setAside, silent, self, space, order } = evidence;
  if (patroniAlive !== false || disk?.kind !== 'absent' || setAside !== true) return null;
  if (leader === null || leader.nodeId === self || memory.tendedAtMs !== null) return null;
  const needed = space.neededBytes;
  if (evidence.forbidden !== null || needed === null || !isSpaceShort(evidence)) return null;
  // Whoever has given the copy up was told who is silent.
  if (silent.length > 0 && order === null) return null;
  return { reason: 'space-for-clone', keepBytesFree: needed, proof: { leader, follows: null } };
}

/**
 * Decides whether the quarantine is gone through: before a clone that has no room otherwise, and where this node has followed
 * a leader for a while, so that a good copy is proven to be here, too. Then once since something was moved there, and again
 * while space is low. What may be deleted is decided entry by entry; what a clone or an initdb left always may. Pure.
 */
export function decideRelease(
  memory: RecloneMemory,
  evidence: RecloneEvidence,
  volumeBytes: number,
): ReleaseDecision | null {
  const early = spaceForClone(memory, evidence);
  if (early !== null) return early;
  const { nowMs, leader, postgres, self, setAside, space } = evidence;
  const { tendedAtMs } = memory;
  if (leader === null || leader.nodeId === self || postgres?.streaming !== true) return null;
  if (!hasFollowed(memory, nowMs)) return null;
  const { timeline, lsn } = postgres;
  if (lsn === null || timeline !== leader.timeline) return null;
  const keepBytesFree = Math.round(volumeBytes * RELEASE_BELOW_PART);
  const proof = { leader, follows: { timeline, lsn } };
  if (tendedAtMs === null) return { reason: 'quarantine-not-looked-through', keepBytesFree, proof };
  const isLow = space.freeBytes !== null && space.freeBytes < keepBytesFree;
  const isDue = setAside !== false && isLow && nowMs - tendedAtMs >= RELEASE_INTERVAL_MS;
  return isDue ? { reason: 'space-low', keepBytesFree, proof } : null;
}

/**
 * Copies in the quarantine that may be deleted for space and are not marked so yet: those that the leader is now proven to
 * hold all of, and those that a person has given up.
 */
export function newlyContained(
  entries: readonly Pick<QuarantineEntry, 'name' | 'holds' | 'contained'>[],
  proof: ContainedView,
): readonly string[] {
  return entries
    .filter(({ holds, contained }) => holds === 'copy' && !contained)
    .filter(({ name }) => isGivenUp(name) || isContainedNow(name, proof))
    .map(({ name }) => name);
}
