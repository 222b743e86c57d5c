/** When an instance that is no longer listed is reported as removed. All conditions have to hold together. */
export interface WatchRules {
  /** Answers without it, one after another with no sighting in between. Default 5. */
  readonly absentAnswers: number;
  /**
   * Different databases among those answers: sources, and behind the public endpoint the nodes that it names. Where fewer
   * have ever answered, all of those. Default 3.
   */
  readonly absentSources: number;
  /** Time since it was last listed, in milliseconds. Default 10 minutes. */
  readonly absentMs: number;
  /**
   * The same where the answers without it are short, that is, list less than half of the instances known: databases that
   * have just been emptied look like that. Default 60 minutes.
   */
  readonly shortAbsentMs: number;
}

/** The rules that hold unless told otherwise. Chosen, and held against a modelled day of flapping sources. */
export const defaultWatchRules: WatchRules = {
  absentAnswers: 5,
  absentSources: 3,
  absentMs: 10 * 60_000,
  shortAbsentMs: 60 * 60_000,
};

/** How often is asked. */
export interface WatchPace {
  /** Default 60 s; Flux itself caches answers for 30 s. */
  readonly intervalMs: number;
  /** This part of each interval is added or left out at random, from 0 to less than 1. Default 0.2. */
  readonly jitter: number;
  /** The interval doubles with each round that knows nothing, up to this. Default 5 minutes. */
  readonly maxIntervalMs: number;
}

/** The pace unless told otherwise. */
export const defaultWatchPace: WatchPace = { intervalMs: 60_000, jitter: 0.2, maxIntervalMs: 5 * 60_000 };

/** Flux keeps a row for 125 minutes after its announcement (RunOnFlux/flux, `appConstants.js`: `RUNNING_EXPIRY_MS`). */
export const ROW_LIFETIME_MS = 125 * 60_000;

/**
 * By when a removal is reported at the latest after the last database has stopped listing the instance: the time of
 * absence or the answers that are needed, whichever takes longer, and one interval. `idleRounds` are the rounds in
 * between that do not count, since nobody answered, or only with an empty or short listing; each adds its longest pause,
 * as if all of them had come one after another. The time that the answers themselves take comes on top.
 */
export function removalBoundMs(rules: WatchRules, pace: WatchPace, idleRounds = 0): number {
  const longestMs = (failures: number) => pauseMs(pace, failures, 1);
  const idleMs = Array.from({ length: idleRounds }, (_, index) => longestMs(index + 1));
  const countedMs = Math.max(rules.absentMs, rules.absentAnswers * longestMs(0)) + longestMs(0);
  return idleMs.reduce((sum, ms) => sum + ms, countedMs);
}

/** How long the next round is waited for, after so many rounds that knew nothing. */
export function pauseMs(pace: WatchPace, failures: number, random: number): number {
  const base = Math.min(
    pace.intervalMs * 2 ** Math.min(failures, 20),
    Math.max(pace.maxIntervalMs, pace.intervalMs),
  );
  return base * (1 + pace.jitter * (2 * random - 1));
}
