import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createRandom } from './random.ts';
import { createScheduler } from './scheduler.ts';

const always = () => true;

describe('the scheduler', () => {
  it('runs events in the order of their times, and of their making where the times are equal', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.nat({ max: 20 }), { maxLength: 60 }), async (times) => {
        const scheduler = createScheduler(createRandom(1).next);
        const ran: (readonly [number, number])[] = [];
        for (const [index, atMs] of times.entries()) {
          scheduler.at(atMs, () => ran.push([scheduler.nowMs(), index]));
        }
        await scheduler.runUntil(20, always);
        const wanted = times
          .map((atMs, index) => [atMs, index] as const)
          .sort((left, right) => left[0] - right[0] || left[1] - right[1]);
        expect(ran).toEqual(wanted);
      }),
    );
  });

  it('lets every promise go on before the next event', async () => {
    const scheduler = createScheduler(createRandom(1).next);
    const seen: string[] = [];
    scheduler.at(1, () => {
      void (async () => {
        for (let step = 0; step < 50; step += 1) await null;
        seen.push(`promise at ${scheduler.nowMs()}`);
      })();
    });
    scheduler.at(2, () => seen.push('event'));
    await scheduler.runUntil(3, always);
    expect(seen).toEqual(['promise at 1', 'event']);
  });

  it('ends a pause at its time, or at once when it is aborted', async () => {
    const scheduler = createScheduler(createRandom(1).next);
    const ended: number[] = [];
    const aborted = new AbortController();
    void scheduler.sleep(100).then(() => ended.push(scheduler.nowMs()));
    void scheduler.sleep(500, aborted.signal).then(() => ended.push(scheduler.nowMs()));
    scheduler.at(30, () => aborted.abort());
    await scheduler.runUntil(1000, always);
    expect(ended).toEqual([30, 100]);
  });

  it('does not run what was cancelled, and stops when it is told to', async () => {
    const scheduler = createScheduler(createRandom(1).next);
    let ran = 0;
    const cancel = scheduler.at(1, () => {
      ran += 1;
    });
    cancel();
    scheduler.at(2, () => {
      ran += 10;
    });
    scheduler.at(3, () => {
      ran += 100;
    });
    await scheduler.runUntil(10, () => scheduler.nowMs() < 2);
    expect(ran).toBe(10);
  });

  it('notices a loop in which no time passes', async () => {
    const scheduler = createScheduler(createRandom(1).next);
    const again = () => {
      scheduler.at(scheduler.nowMs(), again);
    };
    again();
    await expect(scheduler.runUntil(10, always)).rejects.toThrow('time stands still');
  });
});
