import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { lsnOf, nodeId } from '../copies/copy-builders.ts';
import { formatLsn } from '../copies/lsn.ts';
import { givenUpName, isContainedNow, isGivenUp, provenName, readProof, tailName } from './aside-name.ts';
import { aLeader } from './reclone-builders.ts';

const end = { timeline: 1, lsn: lsnOf(150) };
const name = `2026-01-01T000000Z-${provenName(aLeader(), end)}-pgdata`;
const follows = { timeline: 1, lsn: lsnOf(150) };

describe('the name of a copy that was moved aside', () => {
  it('tells that a person has given the copy up, and no other name does', () => {
    const slugs = [givenUpName(end), givenUpName(null), givenUpName({ ...end, timeline: 2 ** 32 - 1 })];
    for (const slug of slugs) {
      expect(slug).toMatch(/^[a-z0-9-]{1,40}$/);
      expect(isGivenUp(`2026-01-01T000000Z-${slug}-pgdata-2`)).toBe(true);
      expect(readProof(`2026-01-01T000000Z-${slug}-pgdata`)).toBeNull();
    }
    for (const other of [name, tailName(end), tailName(null), 'not-given-up', 'given-up-yesterday']) {
      expect(isGivenUp(`2026-01-01T000000Z-${other}-pgdata`)).toBe(false);
    }
  });

  it('gives its proof back, with whatever the quarantine puts around it', () => {
    const lsn = fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }).map(formatLsn);
    fc.assert(
      fc.property(
        lsn,
        fc.integer({ min: 1, max: 2 ** 32 - 1 }),
        fc.constantFrom('', '-2'),
        (at, timeline, n) => {
          const slug = provenName(aLeader({ timeline }), { timeline, lsn: at });
          const proof = { leader: nodeId(2).slice(0, 8), leaderTimeline: timeline, lsn: at };
          expect(readProof(`2026-01-01T000000Z-${slug}-pgdata${n}`)).toEqual(proof);
          expect(readProof(slug)).toEqual(proof);
          // What the quarantine keeps of a reason.
          expect(slug).toMatch(/^[a-z0-9-]{1,40}$/);
        },
      ),
    );
  });

  it('holds no proof unless the copy was proven to be contained', () => {
    expect(readProof(`2026-01-01T000000Z-${tailName(end)}-pgdata`)).toBeNull();
    expect(readProof(`2026-01-01T000000Z-${tailName(null)}-pgdata`)).toBeNull();
    expect(readProof('2026-01-01T000000Z-unfinished-pgdata')).toBeNull();
    expect(readProof(`${name}-old`)).toBeNull();
  });

  it('says of a tail how far it reaches', () => {
    expect(tailName({ timeline: 2, lsn: '1/A0' })).toBe('tail-2-00000001000000a0');
  });
});

describe('a copy that was moved aside', () => {
  it('is contained while the same leader is on the same timeline and the new copy has come as far', () => {
    expect(isContainedNow(name, { leader: aLeader(), follows })).toBe(true);
    expect(isContainedNow(name, { leader: aLeader(), follows: null })).toBe(true);
  });

  it.each([
    ['another node leads', { leader: aLeader({ nodeId: nodeId(3) }), follows }],
    [
      'the leader was promoted since',
      { leader: aLeader({ timeline: 2 }), follows: { ...follows, timeline: 2 } },
    ],
    ['the leader does not reach as far', { leader: aLeader({ lsn: lsnOf(149) }), follows }],
    ['the new copy is not there yet', { leader: aLeader(), follows: { ...follows, lsn: lsnOf(149) } }],
    ['the new copy is on another timeline', { leader: aLeader(), follows: { ...follows, timeline: 2 } }],
  ])('is not known to be where %s', (_, view) => {
    expect(isContainedNow(name, view)).toBe(false);
  });
});
