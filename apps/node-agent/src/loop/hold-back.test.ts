import { describe, expect, it } from 'vitest';
import { afterFailure, afterSuccess, heldBack, noHoldBack } from './hold-back.ts';

describe('hold-back', () => {
  it('leaves a failed action alone for a moment, and no other', () => {
    const held = afterFailure(noHoldBack, 'put-record', 1000);
    expect([...heldBack(held, 1249)]).toEqual(['put-record']);
    expect([...heldBack(held, 1250)]).toEqual([]);
  });

  it('doubles the pause of an action that goes on failing, up to two seconds, until it succeeds', () => {
    let held = noHoldBack;
    const pauses: number[] = [];
    for (let failure = 0; failure < 5; failure += 1) {
      held = afterFailure(held, 'put-record', 0);
      pauses.push(held.get('put-record')?.untilMs ?? 0);
    }
    expect(pauses).toEqual([250, 500, 1000, 2000, 2000]);
    expect(afterSuccess(held, 'put-record', 0)).toEqual(noHoldBack);
  });

  it('does not hold back what was done and starts nothing', () => {
    expect(afterSuccess(noHoldBack, 'write-mirror', 0)).toBe(noHoldBack);
  });

  it('doubles the pause of a program that keeps ending, up to half a minute', () => {
    let held = noHoldBack;
    let nowMs = 0;
    const pauses: number[] = [];
    for (let start = 0; start < 8; start += 1) {
      held = afterSuccess(held, 'start-patroni', nowMs);
      const until = held.get('start-patroni')?.untilMs ?? 0;
      pauses.push(until - nowMs);
      nowMs = until;
    }
    expect(pauses).toEqual([1000, 2000, 4000, 8000, 16_000, 30_000, 30_000, 30_000]);
  });

  it('forgets the short runs of a program that has run for a minute', () => {
    const twice = afterSuccess(afterSuccess(noHoldBack, 'start-etcd', 0), 'start-etcd', 1000);
    const later = afterSuccess(twice, 'start-etcd', 61_000);
    expect(later.get('start-etcd')?.untilMs).toBe(62_000);
  });

  it('counts each program for itself', () => {
    const held = afterSuccess(afterSuccess(noHoldBack, 'start-etcd', 0), 'start-patroni', 0);
    expect(held.get('start-patroni')?.untilMs).toBe(1000);
  });
});
