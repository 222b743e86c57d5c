import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import type { Clock } from '@flux-pg/discovery';
import { seededRandom, virtualClock } from '@flux-pg/discovery/testing';

/** A clock for a library whose requests are real: it stands still while any is under way, and jumps when all wait. */
export interface VirtualTime extends Clock {
  /** Lets so much time pass; whatever is due on the way happens in order. */
  readonly run: (ms: number) => Promise<void>;
  /** Lets time pass until the work is done, and gives what came of it. */
  readonly during: <T>(work: Promise<T>) => Promise<T>;
  /** How many sleeps are under way. */
  readonly sleepers: () => number;
}

/** Work that only the process's own clock can end, such as the timeout of a request, is looked at this often. */
const REAL_PAUSE_MS = 5;

/** @param quiet - resolves when no request is under way that could still be answered. */
export function virtualTime(quiet: () => Promise<void>): VirtualTime {
  const { jump, runUntil, ...clock } = virtualClock(seededRandom(20_260_701), quiet);
  return {
    ...clock,
    run: async (ms) => await runUntil(clock.nowMs() + ms),
    during: async (work) => {
      let isDone = false;
      const note = () => {
        isDone = true;
      };
      work.then(note, note);
      for (;;) {
        await quiet();
        if (isDone) return await work;
        if (!jump(Number.POSITIVE_INFINITY)) await delay(REAL_PAUSE_MS);
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
