import { describe, expect, it } from 'vitest';
import { lsnOf, nodeId } from '../copies/copy-builders.ts';
import { givenUpName, provenName, tailName } from './aside-name.ts';
import { decideRelease, newlyContained, RELEASE_INTERVAL_MS } from './decide-release.ts';
import { aDisk, aLeader, anEvidence, aStandby, aStoppedEvidence } from './reclone-builders.ts';
import { noReclone, type RecloneEvidence, type RecloneMemory } from './reclone-view.ts';

const VOLUME_BYTES = 100;
const following: RecloneMemory = { ...noReclone, streamingSinceMs: -30_000 };
const tended = { ...following, tendedAtMs: -RELEASE_INTERVAL_MS };
const low = { setAside: true, space: { freeBytes: 39, neededBytes: 61 } };

function release(memory: RecloneMemory, difference: Partial<RecloneEvidence> = {}) {
  return decideRelease(
    memory,
    anEvidence({ postgres: aStandby({ streaming: true }), ...difference }),
    VOLUME_BYTES,
  );
}

describe('the quarantine', () => {
  it('is gone through once after something was moved there and the leader has been followed for a while', () => {
    const follows = { timeline: 1, lsn: lsnOf(100) };
    const proof = { leader: aLeader(), follows };
    expect(release(following)).toEqual({ reason: 'quarantine-not-looked-through', keepBytesFree: 40, proof });
    expect(release({ ...following, streamingSinceMs: -29_999 })).toBeNull();
    expect(release(tended)).toBeNull();
  });

  it('is gone through again only while space is low, and not each tick', () => {
    expect(release(tended, low)?.reason).toBe('space-low');
    expect(release({ ...tended, tendedAtMs: -RELEASE_INTERVAL_MS + 1 }, low)).toBeNull();
    expect(release(tended, { ...low, space: { freeBytes: 40, neededBytes: 60 } })).toBeNull();
    expect(release(tended, { ...low, space: { freeBytes: null, neededBytes: null } })).toBeNull();
    expect(release(tended, { ...low, setAside: false })).toBeNull();
    expect(release(tended, { ...low, setAside: null })?.reason).toBe('space-low');
  });

  it.each<readonly [string, Partial<RecloneEvidence>]>([
    ['nobody proves to lead', { leader: null }],
    ['this node leads', { leader: aLeader({ nodeId: nodeId(1) }) }],
    ['nothing streams here', { postgres: aStandby() }],
    ['Patroni does not answer', { postgres: null }],
    ['the leader is on another timeline', { leader: aLeader({ timeline: 2 }) }],
  ])('is left alone while %s', (_, difference) => {
    expect(release(following, { ...low, ...difference })).toBeNull();
  });

  it('makes room for a clone right after the copy was moved there, and once', () => {
    const short = { setAside: true, space: { freeBytes: 40, neededBytes: 60 } };
    const emptied = (difference: Partial<RecloneEvidence>) =>
      aStoppedEvidence({ kind: 'absent' }, { ...short, ...difference });
    const decide = (difference: Partial<RecloneEvidence>, memory = noReclone) =>
      decideRelease(memory, emptied(difference), VOLUME_BYTES);
    expect(decide({})).toEqual({
      reason: 'space-for-clone',
      keepBytesFree: 60,
      proof: { leader: aLeader(), follows: null },
    });
    expect(decide({}, { ...noReclone, tendedAtMs: -1 })).toBeNull();
    expect(decide({ silent: [nodeId(3)] })).toBeNull();
    expect(decide({ silent: [nodeId(3)], order: 'set-aside' })?.reason).toBe('space-for-clone');
    expect(decide({ leader: null, order: 'set-aside' })).toBeNull();
    expect(decide({ leader: null })).toBeNull();
    expect(decide({ forbidden: 'Patroni is paused' })).toBeNull();
    expect(decide({ setAside: null })).toBeNull();
    expect(decide({ space: { freeBytes: 60, neededBytes: 60 } })).toBeNull();
    expect(decide({ disk: aDisk() })).toBeNull();
  });
});

describe('copies in the quarantine', () => {
  const end = { timeline: 1, lsn: lsnOf(100) };
  const proven = { name: provenName(aLeader(), end), holds: 'copy' as const, contained: false };
  const proof = { leader: aLeader(), follows: end };

  it('are marked once the leader is proven to hold all of them', () => {
    expect(newlyContained([proven], proof)).toEqual([proven.name]);
    expect(newlyContained([{ ...proven, contained: true }], proof)).toEqual([]);
    expect(newlyContained([proven], { ...proof, leader: aLeader({ nodeId: nodeId(3) }) })).toEqual([]);
  });

  it('are marked where a person has given them up, whoever leads', () => {
    const givenUp = { ...proven, name: givenUpName(end) };
    expect(newlyContained([givenUp], { ...proof, leader: aLeader({ nodeId: nodeId(3) }) })).toEqual([
      givenUp.name,
    ]);
    expect(newlyContained([{ ...givenUp, holds: 'other' }], proof)).toEqual([]);
  });

  it('are never marked where they have a tail, or are no copies', () => {
    expect(newlyContained([{ ...proven, name: tailName(end) }], proof)).toEqual([]);
    expect(newlyContained([{ ...proven, holds: 'other' }], proof)).toEqual([]);
  });
});
