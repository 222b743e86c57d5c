/** How far the learner has come, and when it last came further. */
export interface LearnerProgress {
  readonly memberId: string;
  /** The last applied entry that it told; -1 while it has told none. */
  readonly appliedIndex: number;
  /** Monotonic milliseconds. */
  readonly sinceMs: number;
}

/**
 * What is known of the learner after one more look. A learner that is seen for the first time has the whole time before it.
 *
 * @param seen the learner in etcd's list with what its own status told, null where there is none, `'unknown'` while
 * etcd's list cannot be read
 */
export function rememberLearner(
  previous: LearnerProgress | null,
  seen: { readonly memberId: string; readonly appliedIndex: number | null } | null | 'unknown',
  nowMs: number,
): LearnerProgress | null {
  if (seen === 'unknown') return previous;
  if (seen === null) return null;
  const appliedIndex = seen.appliedIndex ?? -1;
  if (previous === null || previous.memberId !== seen.memberId) {
    return { memberId: seen.memberId, appliedIndex, sinceMs: nowMs };
  }
  return appliedIndex > previous.appliedIndex ? { ...previous, appliedIndex, sinceMs: nowMs } : previous;
}
