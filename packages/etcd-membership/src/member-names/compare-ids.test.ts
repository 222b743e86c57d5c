import fc from 'fast-check';
import { expect, test } from 'vitest';
import { compareIds } from './compare-ids.ts';

test('ids have one order, whatever order they come in', () => {
  fc.assert(
    fc.property(fc.uniqueArray(fc.uuid()), (ids) => {
      const sorted = [...ids].sort(compareIds);
      expect([...ids].reverse().sort(compareIds)).toEqual(sorted);
      expect(sorted).toEqual([...ids].sort());
    }),
  );
  expect(compareIds('a', 'a')).toBe(0);
});
