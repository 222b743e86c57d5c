import type { OwnPostgres, ProvenLeader, RecloneEvidence, RecloneMemory } from './reclone-view.ts';

/** A copy that has not followed the leader for this long, and whose WAL has not moved for as long, is cloned anew. */
export const RECLONE_AFTER_MS = 5 * 60_000;
/**
 * The same where PostgreSQL does not run: neither a rewind nor the recovery after a crash shows how far it is, and each may
 * take minutes.
 */
export const RECLONE_AFTER_DOWN_MS = 15 * 60_000;
/**
 * However the WAL moves. A copy on a branch of its own whose number the leader's has, too, receives WAL again and again that
 * it cannot replay, which looks like progress.
 */
export const RECLONE_AFTER_MOVING_MS = 60 * 60_000;
/** Streaming for as long as this counts as following: such a copy streams for an instant every few seconds. */
export const FOLLOWS_AFTER_MS = 30_000;
/**
 * A re-clone is announced for this long before anything is done: longer than the oldest status that counts and a tick
 * together, so that two nodes that begin at once have seen each other.
 */
export const ANNOUNCE_MS = 15_000;
/** A leader that was not proven for longer than this is a new one: what follows it needs its time again. */
export const LEADER_GAP_MS = 30_000;

/** Whether the copy has streamed for so long that it counts as following, as far as the clocks tell. */
export function hasFollowed(
  { streamingSinceMs }: Pick<RecloneMemory, 'streamingSinceMs'>,
  nowMs: number,
): boolean {
  return streamingSinceMs !== null && nowMs - streamingSinceMs >= FOLLOWS_AFTER_MS;
}

/** States of Patroni in which a clone or an initdb is at work. */
export function isCloning(state: string): boolean {
  return state === 'creating replica' || state.startsWith('init') || state.includes('bootstrap');
}

function isSameLeader(memory: RecloneMemory, leader: ProvenLeader, nowMs: number): boolean {
  const known = memory.leader;
  return (
    known !== null &&
    known.nodeId === leader.nodeId &&
    known.timeline === leader.timeline &&
    nowMs - known.provenAtMs <= LEADER_GAP_MS
  );
}

/** The clocks of a node on which nothing is to be cloned: it leads, or is cloned already, or has a new leader. */
export function resetClocks(memory: RecloneMemory): RecloneMemory {
  return {
    ...memory,
    streamingSinceMs: null,
    unfollowedSinceMs: null,
    unmovedSinceMs: null,
    dueSinceMs: null,
    refused: null,
  };
}

function observed(
  memory: RecloneMemory,
  postgres: OwnPostgres,
  leader: ProvenLeader,
  nowMs: number,
): RecloneMemory {
  if (isCloning(postgres.state) || (postgres.role === 'primary' && postgres.state === 'running')) {
    // What was known of the copy as a standby's says nothing about what it is now.
    return { ...resetClocks(memory), wasRunning: false, position: null, followed: null };
  }
  const { timeline, lsn, streaming } = postgres;
  const streamingSinceMs = streaming ? (memory.streamingSinceMs ?? nowMs) : null;
  const follows = hasFollowed({ streamingSinceMs }, nowMs);
  // From then on it is the agent that stops it: a status of that moment tells no more than that.
  const isBeingStopped = memory.dueSinceMs !== null && nowMs - memory.dueSinceMs >= ANNOUNCE_MS;
  const position = timeline === null || lsn === null ? memory.position : { timeline, lsn };
  const moved = position?.timeline !== memory.position?.timeline || position?.lsn !== memory.position?.lsn;
  return {
    ...memory,
    streamingSinceMs,
    unfollowedSinceMs: follows ? null : (memory.unfollowedSinceMs ?? nowMs),
    unmovedSinceMs: follows || moved ? nowMs : (memory.unmovedSinceMs ?? nowMs),
    position,
    wasRunning: postgres.state === 'running' || (isBeingStopped && memory.wasRunning),
    followed: follows && timeline === leader.timeline ? { leader: leader.nodeId, timeline } : memory.followed,
  };
}

/**
 * Counts for how long this node's copy has not followed the leader. What cannot be read in one tick leaves the clocks as they
 * are: without a leader nobody can be followed, so a longer gap sets them back when it ends.
 */
export function followClocks(memory: RecloneMemory, evidence: RecloneEvidence): RecloneMemory {
  const { nowMs, leader, postgres, self } = evidence;
  if (leader === null) return memory;
  if (leader.nodeId === self) return { ...resetClocks(memory), leader: null, position: null, followed: null };
  const known = isSameLeader(memory, leader, nowMs) ? memory : resetClocks(memory);
  const { nodeId, timeline } = leader;
  const next = { ...known, leader: { nodeId, timeline, provenAtMs: nowMs } };
  return postgres === null ? next : observed(next, postgres, leader, nowMs);
}

/** Whether the copy has had its time and does not follow. */
export function isStalled(memory: RecloneMemory, nowMs: number): boolean {
  const { unfollowedSinceMs, unmovedSinceMs, wasRunning } = memory;
  if (unfollowedSinceMs === null || unmovedSinceMs === null) return false;
  const unfollowedMs = nowMs - unfollowedSinceMs;
  if (!wasRunning) return unfollowedMs >= RECLONE_AFTER_DOWN_MS;
  const rests = nowMs - unmovedSinceMs >= RECLONE_AFTER_MS;
  return unfollowedMs >= RECLONE_AFTER_MOVING_MS || (rests && unfollowedMs >= RECLONE_AFTER_MS);
}
