import type { AbsenceMemory, NodeAbsence } from './absence.ts';
import { witnessQuorum } from './witnesses.ts';

/** When, and by how much, a node is to be gone. */
export interface GoneQuery {
  readonly nowMs: number;
  /** `ABSENCE_GRACE` for a removal by a quorate leader, `recoveryGrace` for recovery, fencing and staleness. */
  readonly graceMs: number;
  readonly maxAnswerGapMs: number;
  /** Nodes that an operator declared gone, see `endDeclarations`. */
  readonly declaredGone?: ReadonlySet<string>;
}

/** How long a node must have been absent for others to recover without it: it has fenced itself by then. */
export function recoveryGrace(limits: {
  readonly fenceAfterMs: number;
  readonly absenceGraceMs: number;
}): number {
  return limits.fenceAfterMs + limits.absenceGraceMs;
}

/**
 * How long a quorum of witnesses covers: the shortest of the longest rows, each counted from `fromMs` at the earliest.
 * Null while fewer than a quorum answer usably now.
 */
function coveredMs(
  memory: AbsenceMemory,
  { unlistedSinceMs }: NodeAbsence,
  fromMs: number,
  { nowMs, maxAnswerGapMs }: GoneQuery,
): number | null {
  // Without witnesses nobody is ever gone.
  if (memory.total === 0) return null;
  const covered = Object.entries(memory.witnesses).flatMap(([witness, { atMs, interrupted }]) => {
    const sinceMs = unlistedSinceMs[witness];
    if (interrupted || sinceMs === undefined || nowMs - atMs > maxAnswerGapMs) return [];
    return [Math.max(0, atMs - Math.max(sinceMs, fromMs))];
  });
  return covered.sort((left, right) => right - left)[witnessQuorum(memory.total) - 1] ?? null;
}

/** For how long nobody has had a sign of life of a node; null where it is not watched, so that nothing is known. */
export function silentForMs(memory: AbsenceMemory | null, nodeId: string, nowMs: number): number | null {
  const node = memory?.nodes[nodeId];
  return node === undefined ? null : nowMs - node.aliveAtMs;
}

/** What is known about a node's absence, for texts: each null where it is not known, or not so. */
export interface AbsenceDurations {
  readonly silentMs: number | null;
  /** For how long a quorum of witnesses has not listed it, and no witness has. */
  readonly unlistedMs: number | null;
  /** For how long it was both at once: it is gone once this has reached the grace. */
  readonly absentMs: number | null;
}

/** How long a node has been silent, unlisted, and both. */
export function absenceOf(memory: AbsenceMemory | null, nodeId: string, query: GoneQuery): AbsenceDurations {
  const node = memory?.nodes[nodeId];
  if (memory === null || node === undefined) return { silentMs: null, unlistedMs: null, absentMs: null };
  return {
    silentMs: silentForMs(memory, nodeId, query.nowMs),
    unlistedMs: coveredMs(memory, node, Number.NEGATIVE_INFINITY, query),
    absentMs: coveredMs(memory, node, node.aliveAtMs, query),
  };
}

/**
 * Whether a node is gone: for the whole grace a quorum of witnesses answered usably and went on to, no answer of any
 * witness listed the node, and nobody had a sign of life of it. Or an operator said so.
 */
export function isGone(memory: AbsenceMemory | null, nodeId: string, query: GoneQuery): boolean {
  if (query.declaredGone?.has(nodeId) === true) return true;
  const { absentMs } = absenceOf(memory, nodeId, query);
  return absentMs !== null && absentMs >= query.graceMs;
}

/** What `ABSENCE_TIMEOUT_RECOVERY` adds for recovery. */
export interface RecoveryQuery extends GoneQuery {
  /** Null while it is off, as it is by default: it gives up the protection against a split brain. */
  readonly timeoutRecoveryMs: number | null;
  /** Whether any listed address answers without proving who it is: it may be the silent node, with a wrong secret. */
  readonly unverifiableAnswer: boolean;
}

/** Every watched or declared node that counts as gone when a lost control plane is recovered. */
export function goneForRecovery(memory: AbsenceMemory | null, query: RecoveryQuery): ReadonlySet<string> {
  const { timeoutRecoveryMs, unverifiableAnswer, nowMs } = query;
  const timeoutMs = unverifiableAnswer ? null : timeoutRecoveryMs;
  const watched = Object.keys(memory?.nodes ?? {}).filter((nodeId) => {
    if (isGone(memory, nodeId, query)) return true;
    return timeoutMs !== null && (silentForMs(memory, nodeId, nowMs) ?? 0) >= timeoutMs;
  });
  return new Set([...watched, ...(query.declaredGone ?? [])]);
}

/** An operator's word that a node is gone ends with any authenticated answer of that node: it was wrong, or is past. */
export function endDeclarations(
  declaredGone: ReadonlySet<string>,
  answering: readonly { readonly nodeId: string }[],
): ReadonlySet<string> {
  const answered = new Set(answering.map(({ nodeId }) => nodeId));
  return new Set([...declaredGone].filter((nodeId) => !answered.has(nodeId)));
}
