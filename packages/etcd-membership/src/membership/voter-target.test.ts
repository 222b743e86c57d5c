import { describe, expect, it } from 'vitest';
import { voterTarget } from './voter-target.ts';

describe('voterTarget', () => {
  it.each([
    [0, 5, 1],
    [1, 5, 1],
    [2, 5, 1],
    [3, 5, 3],
    [4, 5, 3],
    [5, 5, 5],
    [6, 5, 5],
    [9, 5, 5],
    [9, 3, 3],
    [9, 1, 1],
    [6, 7, 5],
    [9, 7, 7],
  ])('of %i members with at most %i is %i', (members, maxVoters, expected) => {
    expect(voterTarget(members, maxVoters)).toBe(expected);
  });
});
