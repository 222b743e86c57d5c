import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { lsnOf, nodeId } from '../copies/copy-builders.ts';
import { decideReclone, explainReclone } from './decide-reclone.ts';
import { aDisk, aDueMemory, aLeader, anEvidence, aStandby, aStoppedEvidence } from './reclone-builders.ts';
import { noReclone, type RecloneEvidence, type RecloneMemory } from './reclone-view.ts';
import { REFUSED_MS, rememberReclone } from './remember-reclone.ts';

const TICK_MS = 5000;
const MINUTE_MS = 60_000;

type At = (nowMs: number) => Partial<RecloneEvidence>;

/** Ticks from after `fromMs` up to `untilMs`. */
function ticks(at: At, untilMs: number, memory: RecloneMemory = noReclone, fromMs = 0): RecloneMemory {
  let next = memory;
  for (let nowMs = fromMs; nowMs <= untilMs; nowMs += TICK_MS) {
    next = rememberReclone(next, anEvidence({ ...at(nowMs), nowMs }));
  }
  return next;
}

const stuck: At = () => ({});
const moving: At = (nowMs) => ({
  postgres: aStandby({ lsn: lsnOf(Math.floor(nowMs / TICK_MS)) }),
  leader: aLeader({ lsn: lsnOf(10_000) }),
});

describe('a copy that does not follow', () => {
  it('is due after five minutes without any WAL', () => {
    expect(ticks(stuck, 5 * MINUTE_MS - TICK_MS).dueSinceMs).toBeNull();
    expect(ticks(stuck, 5 * MINUTE_MS).dueSinceMs).toBe(5 * MINUTE_MS);
    expect(ticks(stuck, 6 * MINUTE_MS).dueSinceMs).toBe(5 * MINUTE_MS);
  });

  it('has longer while its WAL moves, but not for ever', () => {
    expect(ticks(moving, 59 * MINUTE_MS).dueSinceMs).toBeNull();
    expect(ticks(moving, 60 * MINUTE_MS).dueSinceMs).toBe(60 * MINUTE_MS);
  });

  it('has longer while PostgreSQL is down, since a rewind shows no progress', () => {
    const down: At = () => ({ postgres: aStandby({ state: 'stopped', timeline: null, lsn: null }) });
    expect(ticks(down, 14 * MINUTE_MS).dueSinceMs).toBeNull();
    expect(ticks(down, 15 * MINUTE_MS).dueSinceMs).toBe(15 * MINUTE_MS);
  });

  it('is due all the same when it streams for an instant now and then', () => {
    const blinking: At = (nowMs) => ({ postgres: aStandby({ streaming: nowMs % (3 * TICK_MS) === 0 }) });
    expect(ticks(blinking, 6 * MINUTE_MS).dueSinceMs).not.toBeNull();
  });

  it('is not due once it has streamed for a while', () => {
    const streams: At = (nowMs) => ({ postgres: aStandby({ streaming: nowMs > MINUTE_MS }) });
    const memory = ticks(streams, 20 * MINUTE_MS);
    expect(memory).toMatchObject({ dueSinceMs: null, unfollowedSinceMs: null });
    expect(memory.followed).toEqual({ leader: nodeId(2), timeline: 1 });
  });

  it('is not due while it is being cloned, or leads', () => {
    const cloned: At = () => ({ postgres: aStandby({ state: 'creating replica', lsn: null }) });
    expect(ticks(cloned, 60 * MINUTE_MS).dueSinceMs).toBeNull();
    const leads: At = () => ({
      postgres: aStandby({ role: 'primary' }),
      leader: aLeader({ nodeId: nodeId(1) }),
    });
    expect(ticks(leads, 60 * MINUTE_MS).dueSinceMs).toBeNull();
  });

  it('has its time anew under each leader, each timeline of it, and after each gap', () => {
    const minutes = 4 * MINUTE_MS;
    const others: readonly At[] = [
      (nowMs) => ({ leader: aLeader(nowMs < minutes ? {} : { nodeId: nodeId(3) }) }),
      (nowMs) => ({ leader: aLeader(nowMs < minutes ? {} : { timeline: 2 }) }),
      (nowMs) => ({ leader: nowMs > 3 * MINUTE_MS && nowMs < minutes ? null : aLeader() }),
    ];
    for (const other of others) {
      expect(ticks(other, 8 * MINUTE_MS).dueSinceMs).toBeNull();
      expect(ticks(other, 9 * MINUTE_MS).dueSinceMs).toBe(9 * MINUTE_MS);
    }
  });

  it('is due in time although the leader is not proven in every other tick', () => {
    const flickers: At = (nowMs) => ({ leader: nowMs % (2 * TICK_MS) === 0 ? aLeader() : null });
    expect(ticks(flickers, 5 * MINUTE_MS).dueSinceMs).toBe(5 * MINUTE_MS);
  });

  it('is not due only because Patroni does not run or does not answer', () => {
    expect(ticks(() => ({ postgres: null }), 60 * MINUTE_MS).dueSinceMs).toBeNull();
    const stopped: At = () => ({ patroniAlive: false, postgres: null, disk: aDisk() });
    const before = ticks(stuck, 4 * MINUTE_MS);
    expect(ticks(stopped, 60 * MINUTE_MS, before, 4 * MINUTE_MS).dueSinceMs).toBeNull();
  });
});

describe('what is known of a copy', () => {
  it('ends when it leads or is cloned anew: it is not the same copy any more', () => {
    const memory = aDueMemory({ followed: { leader: nodeId(2), timeline: 1 } });
    const leads = { postgres: aStandby({ role: 'primary' }), leader: aLeader({ nodeId: nodeId(1) }) };
    const primaryWithoutKey = { postgres: aStandby({ role: 'primary' }) };
    const cloned = { postgres: aStandby({ state: 'creating replica', timeline: null, lsn: null }) };
    for (const now of [leads, primaryWithoutKey, cloned]) {
      expect(rememberReclone(memory, anEvidence(now))).toMatchObject({ position: null, followed: null });
    }
  });
});

describe('a copy that is due', () => {
  it('stays due while Patroni is kept down for it, and through a moment without a proven leader', () => {
    expect(rememberReclone(aDueMemory(), aStoppedEvidence(aDisk())).dueSinceMs).toBe(-100_000);
    expect(rememberReclone(aDueMemory(), aStoppedEvidence(aDisk(), { leader: null })).dueSinceMs).toBe(
      -100_000,
    );
    const late = aStoppedEvidence(aDisk(), { leader: null, nowMs: 40_000 });
    expect(rememberReclone(aDueMemory(), late).dueSinceMs).toBeNull();
  });

  it('stays due while it is seen on its way down, but not when it goes down before it is to be stopped', () => {
    const stopping = anEvidence({ postgres: aStandby({ state: 'stopping', timeline: null, lsn: null }) });
    const seen = rememberReclone(aDueMemory(), stopping);
    expect(seen.dueSinceMs).toBe(-100_000);
    expect(rememberReclone(seen, aStoppedEvidence(aDisk())).dueSinceMs).toBe(-100_000);
    const announced = aDueMemory({
      dueSinceMs: -10_000,
      unfollowedSinceMs: -310_000,
      unmovedSinceMs: -310_000,
    });
    expect(rememberReclone(announced, stopping).dueSinceMs).toBeNull();
  });

  it('is no longer due once it was moved aside', () => {
    expect(rememberReclone(aDueMemory(), aStoppedEvidence({ kind: 'absent' })).dueSinceMs).toBeNull();
  });

  it('is given back to Patroni for an hour when the disk shows what forbids it', () => {
    const ahead = aDisk({ at: [1, 300] });
    const refused = rememberReclone(aDueMemory(), aStoppedEvidence(ahead));
    expect(refused).toMatchObject({
      dueSinceMs: null,
      refused: { obstacle: { reason: 'copy-ahead-of-leader' }, untilMs: REFUSED_MS },
    });
    expect(ticks(stuck, REFUSED_MS - TICK_MS, refused).dueSinceMs).toBeNull();
    expect(ticks(stuck, REFUSED_MS, refused).dueSinceMs).toBe(REFUSED_MS);
  });

  it('is stopped once in the hour at most, however Patroni tells of it after each start', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 101, max: 300 }),
        fc.integer({ min: 0, max: 12 }),
        (end, startingTicks) => {
          const disk = aDisk({ at: [1, end] });
          let memory: RecloneMemory = noReclone;
          let startedAtMs: number | null = 0;
          let stops = 0;
          for (let nowMs = 0; nowMs < REFUSED_MS; nowMs += TICK_MS) {
            const isStarting = startedAtMs !== null && nowMs - startedAtMs < startingTicks * TICK_MS;
            // The server tells less than its disk holds: it has not replayed what is of another branch.
            const told = aStandby(isStarting ? { state: 'starting', timeline: null, lsn: null } : {});
            const up = { nowMs, postgres: told };
            const leader = aLeader({ lsn: lsnOf(100) });
            const evidence =
              startedAtMs === null
                ? aStoppedEvidence(disk, { nowMs, leader })
                : anEvidence({ ...up, leader });
            memory = rememberReclone(memory, evidence);
            const decision = decideReclone(memory, evidence);
            expect(decision?.step.kind).not.toBe('set-aside');
            if (decision?.step.kind === 'stop-patroni') {
              stops += 1;
              startedAtMs = null;
            } else if (startedAtMs === null && decision === null) startedAtMs = nowMs;
          }
          expect(stops).toBe(1);
          expect(explainReclone(memory, anEvidence({ nowMs: REFUSED_MS - TICK_MS }))?.reason).toBe(
            'copy-ahead-of-leader',
          );
        },
      ),
      { numRuns: 30 },
    );
  });

  it('is not put off for what passes by itself', () => {
    const paused = aStoppedEvidence(aDisk(), { forbidden: 'Patroni is paused' });
    expect(rememberReclone(aDueMemory(), paused)).toMatchObject({ dueSinceMs: null, refused: null });
  });

  it('yields to who announced it with a lower id, and to who is at it already', () => {
    const self = nodeId(2);
    const leader = aLeader({ nodeId: nodeId(9) });
    const due = aDueMemory({ leader: { nodeId: nodeId(9), timeline: 1, provenAtMs: 0 } });
    const beside = (n: number, stage: 'announced' | 'under-way') =>
      rememberReclone(due, anEvidence({ self, leader, rivals: [{ nodeId: nodeId(n), stage }] })).dueSinceMs;
    expect(beside(1, 'announced')).toBeNull();
    expect(beside(3, 'announced')).toBe(-100_000);
    expect(beside(3, 'under-way')).toBeNull();
  });
});
