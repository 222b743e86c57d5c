/** The latest answer of one witness about which instances exist. */
export interface WitnessAnswer {
  /** Which witness, by a name that stays the same. */
  readonly witness: string;
  readonly addresses: readonly string[];
  /** When it was given; monotonic. */
  readonly atMs: number;
}

/**
 * What the witnesses said last. A witness whose latest attempt failed is not among the answers; an old answer may stay
 * in, its age is judged where it is used.
 */
export interface WitnessReading {
  /**
   * How many witnesses the cluster has agreed on: 9, 1 where a private API stands for all, 0 where there are none. It
   * comes with the agreement (etcd's key or the mirror) and never shrinks because some of them cannot be reached.
   */
  readonly total: number;
  readonly answers: readonly WitnessAnswer[];
}

/** How many witnesses have to agree: any two such groups have one in common. */
export function witnessQuorum(total: number): number {
  return Math.floor(total / 2) + 1;
}

/** The answers of this moment: one per witness, none older than `maxAnswerGapMs`. */
export function freshAnswers(
  { answers }: WitnessReading,
  at: { readonly nowMs: number; readonly maxAnswerGapMs: number },
): readonly WitnessAnswer[] {
  const newest = new Map<string, WitnessAnswer>();
  for (const answer of answers) {
    const before = newest.get(answer.witness);
    if (before === undefined || answer.atMs > before.atMs) newest.set(answer.witness, answer);
  }
  return [...newest.values()].filter(({ atMs }) => at.nowMs - atMs <= at.maxAnswerGapMs);
}

/**
 * The latest moment by which a quorum of the witnesses had listed an address, each by the answer that is its newest;
 * null where fewer list it. Older answers count too: the moment says how old they are.
 */
export function listedByQuorumAtMs(reading: WitnessReading, address: string | null): number | null {
  if (address === null || reading.total === 0) return null;
  const timeless = { nowMs: 0, maxAnswerGapMs: Number.POSITIVE_INFINITY };
  const times = freshAnswers(reading, timeless)
    .filter(({ addresses }) => addresses.includes(address))
    .map(({ atMs }) => atMs)
    .sort((left, right) => right - left);
  return times[witnessQuorum(reading.total) - 1] ?? null;
}

/** Whether a quorum of the witnesses lists an address by answers of this moment; null where there are no witnesses. */
export function isListedByQuorum(
  reading: WitnessReading,
  address: string | null,
  at: { readonly nowMs: number; readonly maxAnswerGapMs: number },
): boolean | null {
  if (reading.total === 0) return null;
  const atMs = listedByQuorumAtMs({ ...reading, answers: freshAnswers(reading, at) }, address);
  return atMs !== null;
}
