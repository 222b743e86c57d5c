import { setTimeout as delay } from 'node:timers/promises';

/** Time and chance, so that a test can run a day in a moment. */
export interface Clock {
  /** Unix milliseconds; may jump. */
  readonly wallMs: () => number;
  /** Milliseconds that never go back; durations are measured with it. */
  readonly nowMs: () => number;
  /** Resolves after `ms`, or as soon as `signal` is aborted; never rejects, and leaves no timer behind. */
  readonly sleep: (ms: number, signal: AbortSignal) => Promise<void>;
  /** From 0 (inclusive) to 1. */
  readonly random: () => number;
}

/** The process's own. */
export const systemClock: Clock = {
  wallMs: Date.now,
  nowMs: () => performance.now(),
  sleep: (ms, signal) => delay(ms, undefined, { signal }).catch(() => undefined),
  random: Math.random,
};
