import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { Fault } from '../faults/fault.ts';
import { shrinkSchedule } from './shrink.ts';

const aFault = (atMs: number): Fault => ({ kind: 'address-change', node: 0, atMs });

it('leaves exactly the faults that it takes', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 1, max: 20 }),
      fc.uniqueArray(fc.nat({ max: 19 }), { minLength: 1, maxLength: 4 }),
      async (length, culprits) => {
        const needed = culprits.filter((atMs) => atMs < length);
        const schedule = Array.from({ length }, (_, index) => aFault(index));
        const breaks = async (candidate: readonly Fault[]) =>
          needed.every((atMs) => candidate.some((fault) => fault.atMs === atMs));
        const shortest = await shrinkSchedule(schedule, breaks);
        expect(shortest.map(({ atMs }) => atMs)).toEqual([...needed].sort((left, right) => left - right));
      },
    ),
  );
});
