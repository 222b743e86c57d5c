import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isReadyToVote, mayAdd, mayRemove, quorum } from './membership-rules.ts';

describe('mayAdd', () => {
  it('lets a single voter grow, and needs a quorum of one more otherwise', () => {
    expect(mayAdd(1, 0)).toBe(true);
    expect([mayAdd(2, 1), mayAdd(2, 2)]).toEqual([false, true]);
    expect([mayAdd(3, 2), mayAdd(3, 3)]).toEqual([false, true]);
    expect([mayAdd(4, 2), mayAdd(4, 3)]).toEqual([false, true]);
    expect([mayAdd(5, 3), mayAdd(5, 4)]).toEqual([false, true]);
  });
});

describe('mayRemove', () => {
  const facts = { isLearner: false, otherVoters: 2, otherStarted: 2, connected: true, healthy: 3 };

  it('always removes a learner', () => {
    expect(mayRemove({ ...facts, isLearner: true, otherStarted: 0, healthy: 0 })).toBe(true);
  });

  it('removes a dead voter however few are left', () => {
    expect(mayRemove({ ...facts, connected: false, healthy: 1 })).toBe(true);
  });

  it('keeps a voter whose loss would leave too few that ever started', () => {
    expect(mayRemove({ ...facts, connected: false, otherStarted: 1 })).toBe(false);
  });

  it('never leaves less than a quorum of healthy voters when it removes a live one', () => {
    const voters = fc.integer({ min: 1, max: 7 });
    fc.assert(
      fc.property(voters, fc.nat({ max: 8 }), (otherVoters, healthy) => {
        const allowed = mayRemove({ ...facts, otherVoters, otherStarted: otherVoters, healthy });
        expect(allowed).toBe(healthy - 1 >= quorum(otherVoters));
      }),
    );
  });
});

describe('isReadyToVote', () => {
  it('asks for nine tenths of the log', () => {
    expect([isReadyToVote(89, 100), isReadyToVote(90, 100)]).toEqual([false, true]);
    expect(isReadyToVote(0, 1)).toBe(false);
  });
});
