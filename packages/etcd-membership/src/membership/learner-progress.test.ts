import { describe, expect, it } from 'vitest';
import { rememberLearner } from './learner-progress.ts';

describe('the progress of a learner', () => {
  const known = { memberId: 'a', appliedIndex: 10, sinceMs: 1000 };
  it.each([
    [
      'starts when it is first seen',
      null,
      { memberId: 'a', appliedIndex: null },
      { ...known, appliedIndex: -1, sinceMs: 2000 },
    ],
    [
      'starts anew for another learner',
      known,
      { memberId: 'b', appliedIndex: 3 },
      { memberId: 'b', appliedIndex: 3, sinceMs: 2000 },
    ],
    [
      'is any further entry',
      known,
      { memberId: 'a', appliedIndex: 11 },
      { ...known, appliedIndex: 11, sinceMs: 2000 },
    ],
    ['is not a repeated entry', known, { memberId: 'a', appliedIndex: 10 }, known],
    ['is not silence', known, { memberId: 'a', appliedIndex: null }, known],
    ['is kept while etcd cannot be read', known, 'unknown' as const, known],
    ['ends with the learner', known, null, null],
  ])('%s', (_, previous, seen, expected) => {
    expect(rememberLearner(previous, seen, 2000)).toEqual(expected);
  });
});
