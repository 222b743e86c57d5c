/** How long a peer has to have been connected before etcd counts it as healthy. */
export const HEALTH_INTERVAL_MS = 5000;
/** A learner may vote once it has this share of the leader's log. */
const READY_SHARE = 0.9;

/** The smallest number that is more than half of `voters`. */
export function quorum(voters: number): number {
  return Math.floor(voters / 2) + 1;
}

/**
 * Whether etcd accepts a new member: it counts the new one as a voter that is down, a learner too.
 * @param healthy voters that the member asked has been connected to for {@link HEALTH_INTERVAL_MS}, itself included
 */
export function mayAdd(voters: number, healthy: number): boolean {
  return voters === 1 || healthy >= quorum(voters + 1);
}

/** What etcd looks at before it removes a member. */
export interface RemovalFacts {
  readonly isLearner: boolean;
  /** Voters other than the one to remove, and how many of them have ever started. */
  readonly otherVoters: number;
  readonly otherStarted: number;
  /** Whether the member asked is connected to the one to remove, or is that one. */
  readonly connected: boolean;
  /** As in {@link mayAdd}, the one to remove included. */
  readonly healthy: number;
}

/** Whether etcd removes a member: a learner always; a voter if the rest has a quorum, which a dead one is no part of. */
export function mayRemove(facts: RemovalFacts): boolean {
  const { isLearner, otherVoters, otherStarted, connected, healthy } = facts;
  if (isLearner) return true;
  if (otherStarted < quorum(otherVoters)) return false;
  return !connected || healthy - 1 >= quorum(otherVoters);
}

/** Whether a learner has enough of the log to be given its vote. */
export function isReadyToVote(learnerIndex: number, leaderIndex: number): boolean {
  return learnerIndex >= leaderIndex * READY_SHARE;
}
