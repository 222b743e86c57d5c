import { type AbsenceEvidence, isListed, isUsable, type WatchedNode } from './absence-evidence.ts';

/** Evidence about one node, gathered over the ticks; monotonic milliseconds. */
export interface NodeAbsence {
  /** The last sign of life that this node or a peer had of it; where there was none yet, when it began to be watched. */
  readonly aliveAtMs: number;
  /** From when on no usable answer has listed it, moved on by the time that answers do not cover; null while listed. */
  readonly unlistedSinceMs: number | null;
}

/** Evidence about who is absent. It lives as long as the agent: after a restart every absence is counted anew. */
export interface AbsenceMemory {
  /** When the newest usable answer was given. */
  readonly answerAtMs: number | null;
  /** Whether something unusable came after it: the time until the next usable answer is then not counted. */
  readonly interrupted: boolean;
  readonly nodes: Readonly<Record<string, NodeAbsence>>;
}

/** Where a usable answer stands in the row of those before it. */
interface AnswerRow {
  readonly answerAtMs: number;
  /** It is the first one, or the one before is too long ago. */
  readonly startsAnew: boolean;
  /** Time before it that no answer covers. */
  readonly uncoveredMs: number;
}

function rowOf(previous: AbsenceMemory | null, answerAtMs: number, maxGapMs: number): AnswerRow {
  const before = previous?.answerAtMs ?? null;
  const gapMs = before === null ? 0 : answerAtMs - before;
  return {
    answerAtMs,
    startsAnew: before === null || gapMs > maxGapMs,
    uncoveredMs: previous?.interrupted === true ? gapMs : 0,
  };
}

/** A node that was not watched before has been watched since now, whatever others remember. */
function aliveAt(previous: NodeAbsence | undefined, { aliveAtMs }: WatchedNode, nowMs: number): number {
  if (previous === undefined) return nowMs;
  return Math.max(previous.aliveAtMs, Math.min(aliveAtMs ?? previous.aliveAtMs, nowMs));
}

function unlistedSince(previous: NodeAbsence | undefined, aliveAtMs: number, row: AnswerRow): number {
  const since = previous?.unlistedSinceMs ?? null;
  if (since === null || row.startsAnew) return row.answerAtMs;
  if (row.uncoveredMs === 0) return since;
  return Math.min(row.answerAtMs, Math.max(since, aliveAtMs) + row.uncoveredMs);
}

function afterNothingUsable(previous: AbsenceMemory | null, evidence: AbsenceEvidence): AbsenceMemory {
  const known = previous?.nodes ?? {};
  const nodes = evidence.watched?.map((node): [string, NodeAbsence] => {
    const before = known[node.nodeId];
    return [
      node.nodeId,
      {
        aliveAtMs: aliveAt(before, node, evidence.nowMs),
        unlistedSinceMs: before?.unlistedSinceMs ?? null,
      },
    ];
  });
  return {
    answerAtMs: previous?.answerAtMs ?? null,
    interrupted: true,
    nodes: nodes === undefined ? known : Object.fromEntries(nodes),
  };
}

/**
 * Adds one tick's evidence. Only the time between usable answers that follow each other is ever counted as absence: a
 * failed, empty or incomplete answer and an etcd that cannot be read stop the clock, a long gap sets it back to zero,
 * and so does any answer that lists the node. Pure.
 */
export function rememberAbsence(previous: AbsenceMemory | null, evidence: AbsenceEvidence): AbsenceMemory {
  const { watched, answer, nowMs } = evidence;
  const addresses = new Set(answer?.addresses ?? []);
  if (watched === null || answer === null || !isUsable(evidence, addresses)) {
    return afterNothingUsable(previous, evidence);
  }
  const last = previous?.answerAtMs ?? null;
  const isNew = last === null || answer.atMs > last;
  const row = rowOf(previous, answer.atMs, evidence.maxAnswerGapMs);
  const nodes = watched.map((node): [string, NodeAbsence] => {
    const before = previous?.nodes[node.nodeId];
    const aliveAtMs = aliveAt(before, node, nowMs);
    if (isListed(evidence, addresses, node)) return [node.nodeId, { aliveAtMs, unlistedSinceMs: null }];
    const kept = before?.unlistedSinceMs ?? null;
    return [
      node.nodeId,
      { aliveAtMs, unlistedSinceMs: isNew ? unlistedSince(before, aliveAtMs, row) : kept },
    ];
  });
  return {
    answerAtMs: isNew ? answer.atMs : last,
    interrupted: isNew ? false : (previous?.interrupted ?? true),
    nodes: Object.fromEntries(nodes),
  };
}

/** For how long nobody has had a sign of life of a node; null where it is not watched, so that nothing is known. */
export function silentForMs(memory: AbsenceMemory | null, nodeId: string, nowMs: number): number | null {
  const node = memory?.nodes[nodeId];
  return node === undefined ? null : nowMs - node.aliveAtMs;
}

/**
 * Whether a node is gone: for the whole grace it was neither listed by any usable answer nor had anybody a sign of life
 * of it, and the answers go on. While the last attempt was of no use, or is long ago, nobody is gone.
 */
export function isGone(
  memory: AbsenceMemory | null,
  nodeId: string,
  at: { readonly nowMs: number; readonly absenceGraceMs: number; readonly maxAnswerGapMs: number },
): boolean {
  const node = memory?.nodes[nodeId];
  if (memory === null || memory.answerAtMs === null || memory.interrupted) return false;
  if (node === undefined || node.unlistedSinceMs === null) return false;
  if (at.nowMs - memory.answerAtMs > at.maxAnswerGapMs) return false;
  return memory.answerAtMs - Math.max(node.unlistedSinceMs, node.aliveAtMs) >= at.absenceGraceMs;
}
