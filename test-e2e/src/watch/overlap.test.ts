import { describe, expect, test } from 'vitest';
import { findOverlaps, type WritableSample } from './overlap.ts';

function sample(node: string, askedMs: number, writable = true): WritableSample {
  return { node, askedMs, answeredMs: askedMs + 10, writable };
}

describe('overlaps of primaries', () => {
  test('an answer of one node between two of another is an overlap', () => {
    expect(findOverlaps([sample('a', 0), sample('b', 50), sample('a', 100)])).toEqual([
      { nodes: ['a', 'b'], atMs: 50 },
    ]);
  });

  test('a handover is none', () => {
    const samples = [sample('a', 0), sample('a', 100), sample('a', 200, false), sample('b', 200)];
    expect(findOverlaps([...samples, sample('b', 300)])).toEqual([]);
  });

  test('answers that cross each other prove nothing', () => {
    expect(findOverlaps([sample('a', 0), sample('b', 5), sample('a', 12)])).toEqual([]);
  });

  test('a silence between two answers is no proof for the time in it', () => {
    expect(findOverlaps([sample('a', 0), sample('b', 5000), sample('a', 9000)])).toEqual([]);
  });
});
