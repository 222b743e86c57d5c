import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { lsnOf, nodeId } from '../copies/copy-builders.ts';
import { isGivenUp } from './aside-name.ts';
import { decideReclone, explainReclone } from './decide-reclone.ts';
import { decideOrder, orderStage, type RecloneOrder } from './order.ts';
import {
  aDisk,
  aDueMemory,
  aLeader,
  anEvidence,
  aPromotedLeader,
  aStandby,
  aStoppedEvidence,
} from './reclone-builders.ts';
import { noReclone, type RecloneEvidence, type RecloneMemory } from './reclone-view.ts';
import { rememberReclone } from './remember-reclone.ts';

const order: RecloneOrder = { leader: nodeId(2), timeline: 1, setAside: false };
const moved: RecloneOrder = { ...order, setAside: true };
const following: RecloneMemory = { ...noReclone, streamingSinceMs: -30_000 };
const streaming = { postgres: aStandby({ streaming: true }) };
const asked = (difference: Partial<RecloneEvidence> = {}) => anEvidence({ order: 'ordered', ...difference });
const aside = (evidence: RecloneEvidence) => decideReclone(aDueMemory(), { ...evidence, order: 'ordered' });
const isDue = (evidence: RecloneEvidence, memory: RecloneMemory = noReclone) =>
  rememberReclone(memory, evidence).dueSinceMs !== null;

describe('the word that a copy is given up', () => {
  it('is due at once, also for a node whose Patroni is down, does not answer, or was refused before', () => {
    expect(isDue(anEvidence())).toBe(false);
    expect(isDue(asked())).toBe(true);
    expect(isDue(asked({ postgres: null }))).toBe(true);
    expect(isDue(aStoppedEvidence({ kind: 'other' }, { order: 'ordered' }))).toBe(true);
    const refused = { obstacle: { reason: 'space-short' as const, detail: '' }, untilMs: 1_000_000 };
    expect(isDue(asked(), { ...noReclone, refused })).toBe(true);
  });

  it.each<readonly [string, Partial<RecloneEvidence>]>([
    ['streams', streaming],
    ['is being cloned', { postgres: aStandby({ state: 'creating replica' }) }],
    ['is no more', { patroniAlive: false, postgres: null, disk: { kind: 'absent' } }],
    ['was moved aside already', { order: 'set-aside' }],
    ['has no leader to be cloned from', { leader: null }],
    ['is the base of commits', { isSynchronous: true }],
    ['may not be touched', { forbidden: 'a recovery is under way' }],
    ['waits for its turn', { rivals: [{ nodeId: nodeId(3), stage: 'under-way' }] }],
    ['cannot be asked for', { patroniAlive: null }],
  ])('is not carried out while the copy %s', (_, difference) => {
    expect(isDue(asked(difference), { ...noReclone, position: { timeline: 1, lsn: lsnOf(100) } })).toBe(
      false,
    );
  });

  it.each<readonly [string, RecloneEvidence]>([
    ['that nobody can tell the end of', aStoppedEvidence(aDisk({ at: null }))],
    ['that a cut rewind left', aStoppedEvidence({ kind: 'rewind' })],
    ['that cannot be read', aStoppedEvidence({ kind: 'other' })],
    [
      'with a tail of its own',
      aStoppedEvidence(aDisk({ at: [1, 150] }), { leader: aPromotedLeader(50, 200) }),
    ],
  ])('moves a copy aside %s, without room and beside silent members, too', (_, evidence) => {
    const short = { ...evidence, space: { freeBytes: 40, neededBytes: 50 }, silent: [nodeId(3)] };
    const decision = aside(short);
    expect(decision?.step.kind === 'set-aside' && isGivenUp(decision.step.why)).toBe(true);
    expect(decideReclone(aDueMemory(), short)?.step.kind).not.toBe('set-aside');
  });

  it('names the leader in whose copy all of it is proven to be, as without it', () => {
    const decision = aside(aStoppedEvidence(aDisk()));
    expect(decision?.step).toMatchObject({ why: expect.stringMatching(/^in-/) });
  });

  it('is said to wait, and for what', () => {
    expect(explainReclone(noReclone, asked({ isSynchronous: true }))?.reason).toBe('synchronous-standby');
    expect(explainReclone(noReclone, asked({ patroniAlive: false, forbidden: 'x' }))?.detail).toBe('x');
    expect(explainReclone(noReclone, anEvidence({ isSynchronous: true }))).toBeNull();
  });

  it('holds for the leader and the timeline that it was said of, until the copy is moved', () => {
    expect(orderStage(null, aLeader())).toBeNull();
    expect(orderStage(order, aLeader())).toBe('ordered');
    expect(orderStage(order, null)).toBeNull();
    expect(orderStage(order, aLeader({ nodeId: nodeId(3) }))).toBeNull();
    expect(orderStage(order, aPromotedLeader(50, 200))).toBeNull();
    expect(orderStage(moved, aPromotedLeader(50, 200))).toBe('set-aside');
  });
});

describe('a word that was given', () => {
  it('is kept while nobody proves to lead, and while it can still be carried out', () => {
    expect(decideOrder(order, noReclone, anEvidence({ leader: null }))).toBeNull();
    expect(decideOrder(order, noReclone, asked())).toBeNull();
    expect(
      decideOrder(order, noReclone, aStoppedEvidence(aDisk({ at: null }), { order: 'ordered' })),
    ).toBeNull();
    expect(decideOrder(order, noReclone, asked({ isSynchronous: true }))).toBeNull();
  });

  it('is remembered to be carried out once PGDATA is empty, and ends when the new copy follows', () => {
    expect(decideOrder(order, noReclone, aStoppedEvidence({ kind: 'absent' }))?.next).toEqual(moved);
    expect(decideOrder(moved, noReclone, aStoppedEvidence({ kind: 'absent' }))).toBeNull();
    const young = { ...following, streamingSinceMs: -29_999 };
    expect(decideOrder(moved, young, anEvidence(streaming))).toBeNull();
    expect(decideOrder(moved, following, anEvidence())).toBeNull();
    expect(decideOrder(moved, following, anEvidence(streaming))).toMatchObject({
      next: null,
      reason: 'reclone-order-done',
    });
  });

  it.each<readonly [string, RecloneEvidence]>([
    ['the copy follows again', anEvidence(streaming)],
    ['another node leads', anEvidence({ leader: aLeader({ nodeId: nodeId(3) }) })],
    ['the leader has begun another timeline', anEvidence({ leader: aPromotedLeader(50, 200) })],
    ['this node leads', anEvidence({ leader: aLeader({ nodeId: nodeId(1) }) })],
    ['this node runs as primary', anEvidence({ postgres: aStandby({ role: 'primary' }), leader: null })],
    [
      'the disk shows more than the leader has, and there is no room to keep it',
      aStoppedEvidence(aDisk({ at: [1, 201] }), {
        order: 'ordered',
        space: { freeBytes: 40, neededBytes: 50 },
      }),
    ],
    ['the disk holds another system', aStoppedEvidence(aDisk({ systemId: '8' }), { order: 'ordered' })],
  ])('ends where %s', (_, evidence) => {
    expect(decideOrder(order, following, evidence)?.next).toBeNull();
  });

  it('never gives up a copy that holds all that the leader has, and more: it is kept, or stays in its place', () => {
    const at = fc.integer({ min: 1, max: 300 });
    fc.assert(
      fc.property(at, at, fc.boolean(), fc.boolean(), (own, its, known, hasRoom) => {
        const evidence = aStoppedEvidence(known ? aDisk({ at: [1, own] }) : aDisk({ at: null }), {
          order: 'ordered',
          leader: aLeader({ lsn: lsnOf(its) }),
          space: { freeBytes: hasRoom ? 100 : 10, neededBytes: 50 },
        });
        const memory = aDueMemory({ position: known ? null : { timeline: 1, lsn: lsnOf(own) } });
        const step = decideReclone(memory, evidence)?.step;
        const why = step?.kind === 'set-aside' ? step.why : null;
        const isOver = decideOrder(order, memory, evidence)?.next === null;
        const isAhead = own > its;
        expect({ isMoved: why !== null, isOver }).toEqual({
          isMoved: hasRoom || !isAhead,
          isOver: !hasRoom && isAhead,
        });
        if (isAhead && why !== null) expect(why).toMatch(/^tail-/);
      }),
    );
  });
});
