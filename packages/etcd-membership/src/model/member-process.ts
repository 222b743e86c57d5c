import { votersOf } from './cluster-state.ts';
import type { EtcdDataDir } from './data-dir.ts';
import type { Log } from './log.ts';

/**
 * Why an etcd process ended by itself. `removed`: it heard that it is no member any more. `log-lost`: its leader has seen
 * more of its log than there is. `log-conflict`: its leader's log contradicts what it has committed. The last two are
 * raft's panics over a data directory that is older than the member.
 */
export type EtcdExitReason = 'removed' | 'log-lost' | 'log-conflict';

/** What only a leader has; it ends with its leadership. */
export interface Leadership {
  /** Whether a quorum follows with the whole log, so that an entry is committed at once. */
  isQuorate: boolean;
  /** When it steps down, unless a quorum is in reach again before. */
  stepDownAtMs: number | null;
  /** The last index that each member is known to have had. */
  readonly acknowledged: Map<string, number>;
  readonly leaseExpiryMs: Map<string, number>;
}

/** A running etcd, inside the model. */
export interface MemberProcess {
  /** Another one for each process, also of one member. */
  readonly serial: number;
  readonly nodeId: string;
  readonly clusterId: string;
  readonly memberId: string;
  readonly name: string;
  readonly clientUrl: string;
  state: 'running' | 'paused' | 'ended';
  exitReason: EtcdExitReason | null;
  term: number;
  log: Log;
  reclaimedBytes: number;
  /** Whom it follows; itself while it leads. */
  leader: MemberProcess | null;
  leadership: Leadership | null;
  /** When it will have the leader's log. */
  caughtUpAtMs: number | null;
  /** When it wins an election, unless something changes before. */
  electedAtMs: number | null;
}

/** What the process would leave behind now. */
export function dataDirOf(process: MemberProcess): EtcdDataDir {
  const { clusterId, memberId, term, log, reclaimedBytes } = process;
  return Object.freeze({ clusterId, memberId, term, log, reclaimedBytes, isCorrupt: false });
}

/** Ends a leadership without a successor. */
export function stepDown(leader: MemberProcess): void {
  leader.leader = null;
  leader.leadership = null;
}

/** What a member's own list says of it. */
export function isLearner(process: MemberProcess): boolean {
  return process.log.state.members.get(process.memberId)?.isLearner === true;
}

/** How many voters a member's own list has. */
export function voterCount(process: MemberProcess): number {
  return votersOf(process.log.state).length;
}
