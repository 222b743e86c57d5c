import { describe, expect, test } from 'vitest';
import { gapsBetween, lengthMs, longestGap } from './gaps.ts';

describe('gaps between acknowledgements', () => {
  test('the times before the first and after the last acknowledgement count', () => {
    expect(gapsBetween(0, [10, 30], 100).map(lengthMs)).toEqual([10, 20, 70]);
  });

  test('a writer that never succeeded has one gap of its whole life', () => {
    expect(gapsBetween(5, [], 25)).toEqual([{ fromMs: 5, toMs: 25 }]);
  });

  test('the longest is found', () => {
    expect(longestGap(gapsBetween(0, [10, 90], 100))).toEqual({
      fromMs: 10,
      toMs: 90,
    });
  });
});
