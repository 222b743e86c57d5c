import { setImmediate } from 'node:timers';
import type { Scheduler } from './contracts.ts';
import { EventHeap } from './event-heap.ts';

/** The scheduler with the hand that moves its time. */
export interface RunningScheduler extends Scheduler {
  /** Runs all events up to that time. `afterInstant` is called once no promise is left to go on; false ends the run. */
  readonly runUntil: (untilMs: number, afterInstant: () => boolean) => Promise<void>;
  readonly eventCount: () => number;
}

/** So many instants without a pause for the process that hosts the run: its messages and timers must not starve. */
const BREATHE_AFTER = 5000;
/** A loop that never lets time pass would otherwise run for ever. */
const MOST_EVENTS_AT_ONCE = 20_000;

/**
 * Resolves once every promise that can go on has gone on. From within a microtask, a callback of `nextTick` runs when the queue
 * of microtasks is empty; that costs a tenth of a turn of the event loop.
 */
function drained(): Promise<void> {
  return new Promise((resolve) => process.nextTick(resolve));
}

/** Makes a scheduler at time 0. */
export function createScheduler(random: () => number): RunningScheduler {
  const heap = new EventHeap();
  let nowMs = 0;
  let sequence = 0;
  let instants = 0;
  const at: Scheduler['at'] = (atMs, work) => {
    const event = { atMs: Math.max(nowMs, atMs), sequence, work: work as (() => void) | null };
    sequence += 1;
    heap.push(event);
    return () => {
      event.work = null;
    };
  };
  return {
    nowMs: () => nowMs,
    at,
    random,
    eventCount: () => sequence,
    sleep: (ms, signal) => {
      if (signal?.aborted) return Promise.resolve();
      return new Promise((resolve) => {
        const cancel = at(nowMs + ms, () => {
          signal?.removeEventListener('abort', end);
          resolve();
        });
        const end = () => {
          cancel();
          resolve();
        };
        signal?.addEventListener('abort', end, { once: true });
      });
    },
    runUntil: async (untilMs, afterInstant) => {
      await drained();
      let atOnce = 0;
      for (let next = heap.peek(); next !== undefined && next.atMs <= untilMs; next = heap.peek()) {
        heap.pop();
        if (next.work === null) continue;
        atOnce = next.atMs === nowMs ? atOnce + 1 : 0;
        if (atOnce > MOST_EVENTS_AT_ONCE) throw new Error(`time stands still at ${nowMs} ms`);
        nowMs = next.atMs;
        next.work();
        await drained();
        if (!afterInstant()) return;
        instants += 1;
        if (instants % BREATHE_AFTER === 0) await new Promise((resolve) => setImmediate(resolve));
      }
      nowMs = untilMs;
    },
  };
}
