/** Why a node is stale. It is persisted: a restart ends no staleness. */
export interface StaleFlag {
  /**
   * `fenced`: its ticks never stopped, so it knows that it held still in time, and its etcd may go on. `stopped`: it has
   * not looked for longer than `FENCE_AFTER`; what was decided meanwhile it cannot know.
   */
  readonly cause: 'fenced' | 'stopped';
  /** Wall time from which on it may have missed something. */
  readonly sinceWallMs: number;
}

/** What a node may do. */
export interface Allowances {
  readonly patroni: boolean;
  readonly etcd: boolean;
  /** Take part in a recovery, or begin one. */
  readonly recovery: boolean;
}

/** What a stale node, and one that is not, may do. */
export function allowances(flag: StaleFlag | null): Allowances {
  return { patroni: flag === null, etcd: flag?.cause !== 'stopped', recovery: flag === null };
}

/** When a tick was completed, by both clocks. */
export interface TickStamp {
  /** Monotonic; null for a stamp of an earlier process. */
  readonly atMs: number | null;
  readonly wallMs: number;
}

/**
 * For how long no tick was completed; infinite where that cannot be told, null where none ever was. A suspended machine
 * stops the monotonic clock, a power-off loses it: the wall clock counts, too, also where it only was set right. That
 * costs a healthy node a few seconds, until the others have answered.
 */
export function sinceLastTickMs(
  last: TickStamp | null,
  at: { readonly nowMs: number; readonly wallMs: number },
): number | null {
  if (last === null) return null;
  const wallMs = at.wallMs - last.wallMs;
  if (last.atMs !== null) return Math.max(at.nowMs - last.atMs, wallMs);
  return wallMs < 0 ? Number.POSITIVE_INFINITY : wallMs;
}

/** An authenticated answer of another node of this cluster. */
export interface StalenessAnswer {
  readonly nodeId: string;
  readonly epoch: number;
  /** The seeder of its epoch; null for the one that the cluster was founded with. */
  readonly seededBy: string | null;
  /** Whether its Patroni or its etcd runs. */
  readonly runs: boolean;
  /** For how long it has not been stale, by its own word; null while it is stale. */
  readonly notStaleForMs: number | null;
  /** When it was heard; monotonic. */
  readonly atMs: number;
}

/** Who has answered since this node is stale, by node id, each with its newest answer. Kept in memory only. */
export type StalenessMemory = Readonly<Record<string, StalenessAnswer>>;

/** Adds the answers of a tick. While the node is not stale nothing is kept: what was heard before proves nothing later. */
export function rememberAnswers(
  previous: StalenessMemory,
  tick: { readonly flag: StaleFlag | null; readonly answers: readonly StalenessAnswer[] },
): StalenessMemory {
  if (tick.flag === null) return {};
  return { ...previous, ...Object.fromEntries(tick.answers.map((answer) => [answer.nodeId, answer])) };
}
