import type { Clock } from '../src/index.ts';

/** A clock that runs as fast as the work allows: whenever all wait, it jumps to the first that is due. */
export interface VirtualClock extends Clock {
  /** Lets time pass until then; whatever is due on the way happens in order. */
  readonly runUntil: (nowMs: number) => Promise<void>;
  /** Jumps to the first that is due, unless that is later than `untilMs`. Whether there was one. */
  readonly jump: (untilMs: number) => boolean;
  /** How many sleeps are under way. */
  readonly sleepers: () => number;
}

interface Sleeper {
  readonly dueMs: number;
  readonly wake: () => void;
}

/** A generator of numbers from 0 (inclusive) to 1 that gives the same for the same seed (mulberry32). */
export function seededRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Enough turns of the event loop for promises that wait for no timer to settle. */
async function settle(): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve));
}

/**
 * A clock that starts at 0, on a day in July 2026.
 *
 * @param settled - resolves when everything waits; by default after a turn of the event loop, for work without requests.
 */
export function virtualClock(random: () => number, settled: () => Promise<void> = settle): VirtualClock {
  let nowMs = 0;
  let sleepers: readonly Sleeper[] = [];
  const startMs = Date.parse('2026-07-01T00:00:00Z');
  const jump = (untilMs: number) => {
    const due = sleepers.reduce<Sleeper | null>(
      (first, next) => (first === null || next.dueMs < first.dueMs ? next : first),
      null,
    );
    if (due === null || due.dueMs > untilMs) return false;
    nowMs = due.dueMs;
    due.wake();
    return true;
  };
  return {
    wallMs: () => startMs + nowMs,
    nowMs: () => nowMs,
    random,
    sleepers: () => sleepers.length,
    jump,
    sleep: (ms, signal) =>
      new Promise((resolve) => {
        if (signal.aborted) return resolve();
        const sleeper: Sleeper = {
          dueMs: nowMs + ms,
          wake: () => {
            sleepers = sleepers.filter((other) => other !== sleeper);
            signal.removeEventListener('abort', sleeper.wake);
            resolve();
          },
        };
        signal.addEventListener('abort', sleeper.wake, { once: true });
        sleepers = [...sleepers, sleeper];
      }),
    runUntil: async (untilMs) => {
      do await settled();
      while (jump(untilMs));
      nowMs = untilMs;
    },
  };
}
