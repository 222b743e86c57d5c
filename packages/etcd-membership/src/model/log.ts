import type { ClusterState } from './cluster-state.ts';

/** The last index that was written in one term. */
interface Stretch {
  readonly term: number;
  readonly lastIndex: number;
}

/**
 * A member's log up to its last entry. Entries appear in the model only once they are committed, and instead of the entries
 * there is the state that they lead to and the terms that they were written in.
 */
export interface Log {
  readonly term: number;
  readonly index: number;
  readonly stretches: readonly Stretch[];
  readonly state: ClusterState;
}

/** A log without entries; `state` is what its member was told at its start. */
export function emptyLog(state: ClusterState): Log {
  return { term: 0, index: 0, stretches: [], state };
}

/** The log with one more entry. */
export function append(log: Log, term: number, state: ClusterState): Log {
  const index = log.index + 1;
  const older = log.term === term ? log.stretches.slice(0, -1) : log.stretches;
  return { term, index, state, stretches: [...older, { term, lastIndex: index }] };
}

/** Raft's order of logs, by which votes are refused: positive if `left` has the later end. */
export function compareLogs(left: Log, right: Log): number {
  return left.term - right.term || left.index - right.index;
}

/** Whether `log` could have grown into `longer`. */
export function isContained(log: Log, longer: Log): boolean {
  if (log.index === 0) return true;
  const written = longer.stretches.find(({ lastIndex }) => log.index <= lastIndex);
  return written?.term === log.term;
}
