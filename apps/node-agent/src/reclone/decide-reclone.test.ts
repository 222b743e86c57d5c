import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { lsnOf, nodeId } from '../copies/copy-builders.ts';
import { parseLsn } from '../copies/lsn.ts';
import { readProof } from './aside-name.ts';
import { decideReclone, explainReclone } from './decide-reclone.ts';
import {
  aDisk,
  aDueMemory,
  aLeader,
  anEvidence,
  aPromotedLeader,
  aStandby,
  aStoppedEvidence,
} from './reclone-builders.ts';
import { noReclone, type OwnDisk, type RecloneEvidence, type RecloneMemory } from './reclone-view.ts';
import { ANNOUNCE_MS } from './stall.ts';

const SHORT = { space: { freeBytes: 40, neededBytes: 50 } };
const decide = (evidence: RecloneEvidence, memory: Partial<RecloneMemory> = {}) =>
  decideReclone(aDueMemory(memory), evidence);
const step = (evidence: RecloneEvidence, memory: Partial<RecloneMemory> = {}) =>
  decide(evidence, memory)?.step.kind ?? null;

describe('a re-clone', () => {
  it('is announced, then Patroni is stopped, then the disk is judged and moved aside', () => {
    expect(decide(anEvidence(), { dueSinceMs: 1 - ANNOUNCE_MS })?.reason).toBe('reclone-announced');
    expect(decide(anEvidence(), { dueSinceMs: -ANNOUNCE_MS })?.reason).toBe('reclone-stopping');
    const reading: OwnDisk = { kind: 'copy', copy: { ...diskOf(aDisk()), walEnd: null }, isReading: true };
    expect(decide(aStoppedEvidence(reading))?.reason).toBe('reclone-reading-wal');
    expect(decide(aStoppedEvidence(aDisk()))?.step).toMatchObject({ kind: 'set-aside' });
    expect(decide(aStoppedEvidence({ kind: 'absent' }))).toBeNull();
  });

  it('is none for a copy that is not due', () => {
    expect(decide(anEvidence(), { dueSinceMs: null })).toBeNull();
  });

  it('holds still while nobody proves to lead, with Patroni down', () => {
    expect(decide(aStoppedEvidence(aDisk(), { leader: null }))).toMatchObject({
      step: { kind: 'wait' },
      reason: 'reclone-announced',
    });
  });

  it('names in whose copy all of it is, where that is proven', () => {
    const decision = decide(aStoppedEvidence(aDisk()));
    expect(decision?.detail).toContain(nodeId(2));
    expect(proofOf(decision)).toMatchObject({ leaderTimeline: 1, lsn: lsnOf(100) });
  });

  it('names where the rows begin that the leader does not have, and keeps them', () => {
    const decision = decide(aStoppedEvidence(aDisk({ at: [1, 150] }), { leader: aPromotedLeader(120, 200) }));
    expect(decision?.detail).toContain(`${lsnOf(120)} on timeline 1`);
    expect(proofOf(decision)).toBeNull();
  });

  it('keeps a copy whose branch only looks like the leader’s', () => {
    const disk = aDisk({ at: [2, 150], from: [[1, 100]] });
    const leader = aPromotedLeader(100, 200);
    expect(proofOf(decide(aStoppedEvidence(disk, { leader })))).toBeNull();
    const followed = { leader: nodeId(2), timeline: 2 };
    expect(proofOf(decide(aStoppedEvidence(disk, { leader }), { followed }))).not.toBeNull();
  });

  it('keeps what a rewind left that was cut short', () => {
    expect(proofOf(decide(aStoppedEvidence({ kind: 'rewind' })))).toBeNull();
    expect(step(aStoppedEvidence({ kind: 'rewind' }))).toBe('set-aside');
    expect(step(aStoppedEvidence({ kind: 'rewind' }, SHORT))).toBeNull();
  });

  it.each<readonly [string, Partial<RecloneEvidence>]>([
    ['Patroni is paused', { forbidden: 'Patroni is paused' }],
    ['commits rest on the copy', { isSynchronous: true }],
    ['the leader is of another system', { leader: aLeader({ systemId: '8' }) }],
    ['the cluster has no system id', { initialize: '' }],
    ['this node leads', { leader: aLeader({ nodeId: nodeId(1) }) }],
    ['the copy is of another system', { disk: aDisk({ systemId: '8' }), patroniAlive: false }],
    [
      'the copy has all that the leader has, and more',
      { disk: aDisk({ at: [1, 201] }), patroniAlive: false },
    ],
    ['PGDATA cannot be judged', { disk: { kind: 'other' }, patroniAlive: false }],
  ])('is not begun, nor gone on with, while %s', (_, difference) => {
    expect(step(anEvidence(difference))).toBeNull();
  });

  it('is not begun while the running copy is ahead of the leader', () => {
    const position = { timeline: 1, lsn: lsnOf(201) };
    expect(step(anEvidence(), { position })).toBeNull();
  });

  it('keeps a copy of an earlier epoch aside that is ahead of the leader, and only where there is room', () => {
    const earlier = { isOfEarlierEpoch: true };
    expect(step(anEvidence(earlier), { position: { timeline: 1, lsn: lsnOf(201) } })).toBe('stop-patroni');
    const ahead = aStoppedEvidence(aDisk({ at: [1, 201] }), earlier);
    expect(decide(ahead)).toMatchObject({ detail: expect.stringContaining('further than the leader') });
    expect(proofOf(decide(ahead))).toBeNull();
    expect(step({ ...ahead, ...SHORT })).toBeNull();
    expect(step({ ...ahead, leader: null })).toBe('wait');
  });

  it('is not gone on with where nobody can tell how far the copy reaches', () => {
    const disk = aDisk({ at: null });
    expect(step(aStoppedEvidence(disk), { position: null })).toBeNull();
    // Where the server was last is enough to move the copy, and not to delete it.
    expect(proofOf(decide(aStoppedEvidence(disk)))).toBeNull();
    expect(step(aStoppedEvidence(disk, SHORT))).toBeNull();
  });

  it('without room goes on only with a copy that may be deleted, and while everybody answers', () => {
    expect(step(aStoppedEvidence(aDisk(), SHORT))).toBe('set-aside');
    expect(step(aStoppedEvidence(aDisk(), { ...SHORT, silent: [nodeId(3)] }))).toBeNull();
    const tail = { leader: aPromotedLeader(50, 200) };
    expect(step(aStoppedEvidence(aDisk(), { ...SHORT, ...tail }))).toBeNull();
    expect(step(aStoppedEvidence(aDisk(), tail))).toBe('set-aside');
    const unknown = { space: { freeBytes: null, neededBytes: null } };
    expect(step(aStoppedEvidence(aDisk(), { ...unknown, ...tail }))).toBeNull();
  });
});

describe('a copy that stays where it is', () => {
  it('says why once it is stalled', () => {
    const memory = aDueMemory({ dueSinceMs: null, position: { timeline: 2, lsn: lsnOf(150) } });
    expect(explainReclone(memory, anEvidence(SHORT))).toMatchObject({ reason: 'space-short' });
    expect(explainReclone(memory, anEvidence({ isSynchronous: true }))?.reason).toBe('synchronous-standby');
    expect(explainReclone(noReclone, anEvidence(SHORT))).toBeNull();
  });

  it('goes on saying what was found on its disk', () => {
    const obstacle = { reason: 'copy-ahead-of-leader' as const, detail: 'x' };
    const memory = aDueMemory({ dueSinceMs: null, refused: { obstacle, untilMs: 10 } });
    expect(explainReclone(memory, anEvidence())).toEqual(obstacle);
  });
});

const place = fc.record({ timeline: fc.constantFrom(1, 2, 3), n: fc.constantFrom(90, 100, 150, 200, 250) });
const someDisk = fc.oneof(
  {
    weight: 1,
    arbitrary: fc.constantFrom<OwnDisk>({ kind: 'rewind' }, { kind: 'other' }, { kind: 'absent' }),
  },
  {
    weight: 5,
    arbitrary: fc
      .record({
        place,
        switched: fc.constantFrom(80, 90),
        known: fc.boolean(),
        system: fc.constantFrom(undefined, undefined, undefined, '8'),
      })
      .map(({ place: { timeline, n }, switched, known, system }) =>
        aDisk({
          at: known ? [timeline, n] : null,
          from: timeline === 1 ? [] : [[1, switched]],
          ...(system === undefined ? {} : { systemId: system }),
        }),
      ),
  },
);
const someLeader = fc.oneof(
  { weight: 1, arbitrary: fc.constant(null) },
  {
    weight: 7,
    arbitrary: fc
      .record({
        place,
        switched: fc.constantFrom(80, 90),
        id: fc.constantFrom(1, 2, 2, 2),
        known: fc.boolean(),
      })
      .map(({ place: { timeline, n }, switched, id, known }) =>
        aLeader({
          nodeId: nodeId(id),
          timeline,
          lsn: lsnOf(n),
          ancestors: known
            ? timeline === 1
              ? []
              : [{ timeline: 1, switchLsn: lsnOf(switched), nextLedBy: nodeId(id) }]
            : null,
        }),
      ),
  },
);
const someEvidence = fc
  .record({
    disk: someDisk,
    leader: someLeader,
    alive: fc.constantFrom(false, false, false, true),
    stage: fc.constantFrom('none' as const, 'announced' as const, 'under-way' as const),
    free: fc.constantFrom(null, 10, 100),
    silent: fc.subarray([nodeId(3)]),
    isOfEarlierEpoch: fc.boolean(),
  })
  .map(({ disk, leader, alive, stage, free, silent, isOfEarlierEpoch }) =>
    anEvidence({
      leader,
      patroniAlive: alive,
      postgres: alive ? aStandby() : null,
      disk: alive ? null : disk,
      rivals: [{ nodeId: nodeId(3), stage }],
      space: { freeBytes: free, neededBytes: 50 },
      silent,
      isOfEarlierEpoch,
    }),
  );
const someMemory = fc
  .record({
    position: fc.option(place),
    followed: fc.option(
      fc.record({ leader: fc.constantFrom(nodeId(1), nodeId(2)), timeline: fc.constantFrom(1, 2) }),
    ),
    rivalAtMs: fc.constantFrom(null, null, -15_000, -14_999),
  })
  .map(({ position, ...rest }) =>
    aDueMemory({
      position: position && { timeline: position.timeline, lsn: lsnOf(position.n) },
      ...rest,
    }),
  );

describe('whatever a node sees', () => {
  it('a copy is moved only beside a proven leader that it is not ahead of in its epoch, and with Patroni down', () => {
    let moved = 0;
    fc.assert(
      fc.property(someMemory, someEvidence, (memory, evidence) => {
        const decision = decideReclone(memory, evidence);
        if (decision?.step.kind !== 'set-aside') return;
        moved += 1;
        const { leader, disk } = evidence;
        if (leader === null || disk === null) throw new Error('moved without a leader, or blindly');
        expect(evidence.patroniAlive).toBe(false);
        expect(leader.nodeId).not.toBe(evidence.self);
        if (disk.kind !== 'copy') {
          expect(disk.kind).toBe('rewind');
          return;
        }
        expect(disk.copy.systemId).toBe(evidence.initialize);
        const end = disk.copy.walEnd ?? memory.position;
        // On the leader's own timeline there is no branch to tell apart but by where it began.
        const isSameBranch = disk.copy.history.at(-1)?.switchLsn === leader.ancestors?.at(-1)?.switchLsn;
        if (end?.timeline !== leader.timeline || !isSameBranch) return;
        if (lsn(leader.lsn) >= lsn(end.lsn)) return;
        expect(evidence.isOfEarlierEpoch).toBe(true);
        expect(decision.step.why).toMatch(/^tail-/);
      }),
      { numRuns: 2000 },
    );
    expect(moved).toBeGreaterThan(50);
  });

  it('a copy that may have rows of its own is never moved where it would have to be deleted', () => {
    fc.assert(
      fc.property(someMemory, someEvidence, (memory, evidence) => {
        const decision = decideReclone(memory, evidence);
        if (decision?.step.kind !== 'set-aside') return;
        const isShort = evidence.space.freeBytes === null || evidence.space.freeBytes < 50;
        if (isShort) expect(proofOf(decision)).not.toBeNull();
        if (isShort) expect(evidence.silent).toEqual([]);
      }),
      { numRuns: 2000 },
    );
  });

  it('nothing is stopped or moved within 15 s after another node was seen to go first', () => {
    fc.assert(
      fc.property(someMemory, someEvidence, (memory, evidence) => {
        const decision = decideReclone(memory, evidence);
        if (decision === null || decision.step.kind === 'wait') return;
        expect(memory.rivalAtMs === null || memory.rivalAtMs <= -15_000).toBe(true);
      }),
      { numRuns: 1000 },
    );
  });
});

function lsn(text: string): bigint {
  const value = parseLsn(text);
  if (value === null) throw new Error(`no LSN: ${text}`);
  return value;
}

function diskOf(disk: OwnDisk) {
  if (disk.kind !== 'copy') throw new Error('no copy');
  return disk.copy;
}

function proofOf(decision: ReturnType<typeof decideReclone>) {
  if (decision?.step.kind !== 'set-aside') throw new Error(`not moved: ${decision?.reason}`);
  return readProof(decision.step.why);
}
