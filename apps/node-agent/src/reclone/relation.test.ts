import { describe, expect, it } from 'vitest';
import { aCopy, lsnOf, nodeId } from '../copies/copy-builders.ts';
import { aLeader, aPromotedLeader } from './reclone-builders.ts';
import { isProvenContained, reaches, relate } from './relation.ts';

const at = (timeline: number, lsn: number) => ({ timeline, lsn: lsnOf(lsn) });
const followed = (leader: number, timeline: number) => ({ leader: nodeId(leader), timeline });

describe('a copy', () => {
  it('that stayed behind on the leader’s history is contained', () => {
    expect(relate(aCopy(1), aLeader())).toEqual({ kind: 'contained' });
    expect(relate(aCopy(1), aPromotedLeader(100, 200))).toEqual({ kind: 'contained' });
  });

  it('that went on behind the leader’s switch has a tail from there on', () => {
    expect(relate(aCopy(1, { at: [1, 120] }), aPromotedLeader(100, 200))).toEqual({
      kind: 'tail',
      from: at(1, 100),
    });
  });

  it('on a branch of its own with the leader’s number has a tail from its own switch on', () => {
    const own = aCopy(1, { at: [2, 300], from: [[1, 90]] });
    expect(relate(own, aPromotedLeader(100, 200))).toMatchObject({ kind: 'tail' });
  });

  it('that has all that the leader has and more is ahead', () => {
    expect(relate(aCopy(1, { at: [1, 201] }), aLeader())).toEqual({ kind: 'ahead' });
    expect(relate(aCopy(1, { at: [2, 250], from: [[1, 200]] }), aLeader())).toEqual({ kind: 'ahead' });
  });

  it('is judged by its position where the leader’s history is not known', () => {
    const leader = aLeader({ timeline: 3, ancestors: null });
    expect(relate(aCopy(1, { at: [2, 900], from: [[1, 90]] }), leader)).toEqual({ kind: 'tail', from: null });
    expect(relate(aCopy(1, { at: [3, 201], from: [[1, 90]] }), leader)).toEqual({ kind: 'ahead' });
    expect(relate(aCopy(1, { at: null }), leader)).toEqual({ kind: 'unknown' });
  });
});

describe('a position', () => {
  it('reaches another by its timeline, then by its LSN as a number', () => {
    expect(reaches(at(2, 1), at(1, 9))).toBe(true);
    expect(reaches(at(1, 300), at(1, 200))).toBe(true);
    expect(reaches({ timeline: 1, lsn: '0/9' }, { timeline: 1, lsn: '0/10' })).toBe(false);
    expect(reaches({ timeline: 2, lsn: 'none' }, at(1, 1))).toBe(false);
  });
});

describe('that a copy is contained', () => {
  it('is proven by numbers on the first timeline', () => {
    expect(isProvenContained(at(1, 200), null, aLeader())).toBe(true);
    expect(isProvenContained(at(1, 201), null, aLeader())).toBe(false);
    expect(isProvenContained(at(1, 100), null, aPromotedLeader(100, 200))).toBe(true);
    expect(isProvenContained(at(1, 101), null, aPromotedLeader(100, 200))).toBe(false);
  });

  it('is not proven by numbers on a later one: another branch may have begun at the same place', () => {
    expect(isProvenContained(at(2, 150), null, aPromotedLeader(100, 200))).toBe(false);
    expect(isProvenContained(at(2, 150), followed(3, 2), aPromotedLeader(100, 200))).toBe(false);
    expect(isProvenContained(at(2, 150), followed(2, 1), aPromotedLeader(100, 200))).toBe(false);
  });

  it('is proven by having followed the leader on its timeline', () => {
    expect(isProvenContained(at(2, 150), followed(2, 2), aPromotedLeader(100, 200))).toBe(true);
    expect(isProvenContained(at(2, 201), followed(2, 2), aPromotedLeader(100, 200))).toBe(false);
  });

  it('is proven by having followed whoever led an earlier timeline of the leader’s', () => {
    const leader = aLeader({
      timeline: 3,
      lsn: lsnOf(400),
      ancestors: [
        { timeline: 1, switchLsn: lsnOf(100), nextLedBy: nodeId(3) },
        { timeline: 2, switchLsn: lsnOf(300), nextLedBy: nodeId(2) },
      ],
    });
    expect(isProvenContained(at(2, 300), followed(3, 2), leader)).toBe(true);
    expect(isProvenContained(at(2, 301), followed(3, 2), leader)).toBe(false);
    expect(isProvenContained(at(2, 300), followed(1, 2), leader)).toBe(false);
  });

  it('is not proven where the leader’s history is not known', () => {
    expect(isProvenContained(at(1, 50), null, aLeader({ timeline: 2, ancestors: null }))).toBe(false);
    expect(isProvenContained(at(4, 50), followed(2, 4), aLeader())).toBe(false);
  });
});
