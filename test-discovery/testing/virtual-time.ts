import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import type { Clock } from '@flux-pg/discovery';

/** A clock for a library whose requests are real: it stands still while any is under way, and jumps when all wait. */
export interface VirtualTime extends Clock {
  /** Lets so much time pass; whatever is due on the way happens in order. */
  readonly run: (ms: number) => Promise<void>;
  /** Lets time pass until the work is done, and gives what came of it. */
  readonly during: <T>(work: Promise<T>) => Promise<T>;
  /** How many sleeps are under way. */
  readonly sleepers: () => number;
}

interface Sleeper {
  readonly dueMs: number;
  readonly wake: () => void;
}

/** Work that only the process's own clock can end, such as the timeout of a request, is looked at this often. */
const REAL_PAUSE_MS = 5;

/** A generator of numbers from 0 (inclusive) to 1 that gives the same for the same seed (mulberry32). */
function seededRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/**
 * A clock that starts on a day in July 2026.
 *
 * @param quiet - resolves when no request is under way that could still be answered.
 */
export function virtualTime(quiet: () => Promise<void>): VirtualTime {
  let nowMs = 0;
  let sleepers: readonly Sleeper[] = [];
  const startMs = Date.parse('2026-07-01T10:20:00Z');
  const first = () =>
    sleepers.reduce<Sleeper | null>(
      (earliest, next) => (earliest === null || next.dueMs < earliest.dueMs ? next : earliest),
      null,
    );
  const wake = (sleeper: Sleeper) => {
    nowMs = sleeper.dueMs;
    sleeper.wake();
  };
  return {
    wallMs: () => startMs + nowMs,
    nowMs: () => nowMs,
    random: seededRandom(20_260_701),
    sleepers: () => sleepers.length,
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
    run: async (ms) => {
      const untilMs = nowMs + ms;
      for (;;) {
        await quiet();
        const due = first();
        if (due === null || due.dueMs > untilMs) break;
        wake(due);
      }
      nowMs = untilMs;
    },
    during: async (work) => {
      let isDone = false;
      const note = () => {
        isDone = true;
      };
      work.then(note, note);
      for (;;) {
        await quiet();
        if (isDone) return await work;
        const due = first();
        if (due === null) await delay(REAL_PAUSE_MS);
        else wake(due);
      }
    },
  };
}

/** Knows whether anything is under way that can still be answered. */
export class Traffic {
  #calls = 0;
  #silences = 0;
  #waiting: readonly (() => void)[] = [];

  /** A whole call of the client, since between its requests it is at work, too. */
  async call<T>(work: () => Promise<T>): Promise<T> {
    this.#calls += 1;
    try {
      return await work();
    } finally {
      this.#calls -= 1;
      this.#look();
    }
  }

  /** A request that gets no answer. */
  async silence(signal: AbortSignal): Promise<never> {
    this.#silences += 1;
    this.#look();
    if (!signal.aborted) await once(signal, 'abort');
    this.#silences -= 1;
    throw signal.reason;
  }

  /** Resolves when time may pass. */
  async quiet(): Promise<void> {
    do {
      if (this.#isBusy()) await new Promise<void>((resolve) => (this.#waiting = [...this.#waiting, resolve]));
      // What follows from an answer takes no timer, so one turn of the event loop ends it.
      await new Promise((resolve) => setImmediate(resolve));
    } while (this.#isBusy());
  }

  #isBusy(): boolean {
    return this.#calls > this.#silences;
  }

  #look(): void {
    if (this.#isBusy()) return;
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const resolve of waiting) resolve();
  }
}
