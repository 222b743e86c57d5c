import {
  type AbsenceEvidence,
  isListed,
  isUsable,
  LISTING_MAX_AGE_MS,
  type WatchedNode,
} from './absence-evidence.ts';
import { freshAnswers } from './witnesses.ts';

/** Evidence about one node, gathered over the ticks; monotonic milliseconds. */
export interface NodeAbsence {
  /** The last sign of life that this node or a peer had of it; where there was none yet, when it began to be watched. */
  readonly aliveAtMs: number;
  /**
   * By witness: from when on no usable answer of it has listed the node, moved on by the time that answers do not cover.
   * Empty from any answer on that lists the node: one witness that does outweighs all that do not.
   */
  readonly unlistedSinceMs: Readonly<Record<string, number>>;
}

/** The row of a witness's usable answers. */
export interface WitnessRow {
  /** When the newest usable answer was given. */
  readonly atMs: number;
  /** Whether something unusable came after it: the time until the next usable answer is then not counted. */
  readonly interrupted: boolean;
}

/** Evidence about who is absent. It lives as long as the agent: after a restart every absence is counted anew. */
export interface AbsenceMemory {
  /** The last tick. */
  readonly nowMs: number;
  /** How many witnesses there are. */
  readonly total: number;
  readonly witnesses: Readonly<Record<string, WitnessRow>>;
  readonly nodes: Readonly<Record<string, NodeAbsence>>;
}

/** A usable answer, and where it stands in the row of those before it. */
interface Placed {
  readonly witness: string;
  readonly atMs: number;
  readonly isNew: boolean;
  /** It is the first one, or the one before is too long ago. */
  readonly startsAnew: boolean;
  /** Time before it that no answer covers. */
  readonly uncoveredMs: number;
}

function place(previous: WitnessRow | undefined, witness: string, atMs: number, maxGapMs: number): Placed {
  const gapMs = previous === undefined ? 0 : atMs - previous.atMs;
  return {
    witness,
    atMs,
    isNew: previous === undefined || gapMs > 0,
    startsAnew: previous === undefined || gapMs > maxGapMs,
    uncoveredMs: previous?.interrupted === true ? gapMs : 0,
  };
}

/**
 * A node that was not watched before has been watched since now, whatever others remember. Time in which this agent did
 * not look (it was paused) is nobody's silence.
 */
function aliveAt(
  previous: NodeAbsence | undefined,
  { aliveAtMs }: WatchedNode,
  nowMs: number,
  pausedMs: number,
): number {
  if (previous === undefined) return nowMs;
  const before = Math.min(nowMs, previous.aliveAtMs + pausedMs);
  return Math.max(before, Math.min(aliveAtMs ?? before, nowMs));
}

function unlistedSince(
  before: number | undefined,
  aliveAtMs: number,
  { atMs, isNew, startsAnew, uncoveredMs }: Placed,
): number | undefined {
  if (!isNew) return before;
  if (before === undefined || startsAnew) return atMs;
  if (uncoveredMs === 0) return before;
  return Math.min(atMs, Math.max(before, aliveAtMs) + uncoveredMs);
}

function rowsAfter(
  previous: AbsenceMemory | null,
  usable: ReadonlyMap<string, Placed>,
  nowMs: number,
): AbsenceMemory['witnesses'] {
  const rows: Record<string, WitnessRow> = {};
  for (const [witness, row] of Object.entries(previous?.witnesses ?? {})) {
    if (nowMs - row.atMs <= LISTING_MAX_AGE_MS) rows[witness] = { ...row, interrupted: !usable.has(witness) };
  }
  for (const { witness, atMs, isNew } of usable.values()) {
    const before = previous?.witnesses[witness];
    if (isNew || before === undefined) rows[witness] = { atMs, interrupted: false };
    else rows[witness] = before;
  }
  return rows;
}

/**
 * Adds one tick's evidence. Only the time between usable answers of a witness that follow each other is ever counted as
 * absence: a failed, empty or incomplete answer stops that witness's clock, a long gap sets it back to zero, and so does
 * for all witnesses any answer that lists the node, usable or not. Pure.
 */
export function rememberAbsence(previous: AbsenceMemory | null, evidence: AbsenceEvidence): AbsenceMemory {
  const { watched, nowMs, maxAnswerGapMs, witnesses } = evidence;
  const fresh = freshAnswers(witnesses, evidence).map((answer) => ({
    ...answer,
    listed: new Set(answer.addresses),
  }));
  const placed = (watched === null ? [] : fresh)
    .filter(({ listed }) => isUsable(evidence, listed))
    .map(({ witness, atMs }) => place(previous?.witnesses[witness], witness, atMs, maxAnswerGapMs));
  const usable = new Map(placed.map((row) => [row.witness, row]));
  const tickGapMs = previous === null ? 0 : nowMs - previous.nowMs;
  const pausedMs = tickGapMs > maxAnswerGapMs ? tickGapMs : 0;
  const nodes = watched?.map((node): [string, NodeAbsence] => {
    const before = previous?.nodes[node.nodeId];
    const aliveAtMs = aliveAt(before, node, nowMs, pausedMs);
    if (fresh.some(({ listed }) => isListed(evidence, listed, node))) {
      return [node.nodeId, { aliveAtMs, unlistedSinceMs: {} }];
    }
    const since: Record<string, number> = { ...before?.unlistedSinceMs };
    for (const row of placed) {
      const sinceMs = unlistedSince(since[row.witness], aliveAtMs, row);
      if (sinceMs !== undefined) since[row.witness] = sinceMs;
    }
    return [node.nodeId, { aliveAtMs, unlistedSinceMs: since }];
  });
  return {
    nowMs,
    total: witnesses.total,
    witnesses: rowsAfter(previous, usable, nowMs),
    nodes: nodes === undefined ? (previous?.nodes ?? {}) : Object.fromEntries(nodes),
  };
}
