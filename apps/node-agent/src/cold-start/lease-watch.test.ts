import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type LeaseReading, type LeaseWatch, renewalsOf, watchLease } from './lease-watch.ts';

const TTL_MS = 30_000;

/** Answers for a lease that ends at `endsAtMs`, asked for at `askedAtMs` and read after half of `tookMs`. */
function aReading(
  askedAtMs: number,
  endsAtMs: number,
  difference: Partial<LeaseReading> & { tookMs?: number } = {},
) {
  const { tookMs = 0, ...rest } = difference;
  const leftMs = Math.max(0, endsAtMs - (askedAtMs + tookMs / 2));
  return {
    leaseId: '1',
    raftTerm: 1,
    remainingMs: Math.floor(leftMs / 1000) * 1000,
    askedAtMs,
    seenAtMs: askedAtMs + tookMs,
    ...rest,
  };
}

function watch(readings: readonly (LeaseReading | null)[], nodeId = 'a'): LeaseWatch | null {
  return readings.reduce<LeaseWatch | null>(
    (before, reading) => watchLease(before, { nodeId, reading }),
    null,
  );
}

/** One reading a second while the holder renews its lease every five. */
const renewed = Array.from({ length: 15 }, (_, second) =>
  aReading(second * 1000, Math.floor(second / 5) * 5000 + TTL_MS),
);

describe('the lease of the leader key', () => {
  it('is seen to be renewed each time its end moves on', () => {
    expect(watch(renewed.slice(0, 5))?.renewals).toBe(0);
    expect(watch(renewed.slice(0, 7))?.renewals).toBe(1);
    expect(watch(renewed)?.renewals).toBe(2);
  });

  it('is seen to be renewed by readings that come in step with the renewals', () => {
    const inStep = [0, 5000, 10_000].map((atMs) => aReading(atMs, atMs + TTL_MS - 1));
    expect(watch(inStep)?.renewals).toBe(2);
  });

  it('is counted anew for another holder, another lease, another leader of etcd, and after etcd was away', () => {
    const [first, last] = [renewed.slice(0, 7), renewed[14] ?? aReading(0, 0)];
    expect(watch([...first, last])?.renewals).toBe(2);
    expect(watch([...first, { ...last, leaseId: '2' }])?.renewals).toBe(0);
    expect(watch([...first, { ...last, raftTerm: 2 }])?.renewals).toBe(0);
    const before = watch(first);
    expect(watchLease(before, { nodeId: 'b', reading: last })?.renewals).toBe(0);
    const away = watchLease(before, { nodeId: null, reading: null });
    expect(away).toBeNull();
    expect(watchLease(away, { nodeId: 'a', reading: last })?.renewals).toBe(0);
  });

  it('stays as it is known over a tick without an answer', () => {
    expect(watch([...renewed, null])?.renewals).toBe(2);
  });

  it('is worth nothing once half its time has passed since it was seen to be renewed', () => {
    const known = watch(renewed);
    const at = (nowMs: number) => renewalsOf(known, { nowMs, ttlMs: TTL_MS });
    const renewedAtMs = known?.renewedAtMs ?? 0;
    expect([at(renewedAtMs + TTL_MS / 2), at(renewedAtMs + TTL_MS / 2 + 1)]).toEqual([2, 0]);
    expect(renewalsOf(null, { nowMs: 0, ttlMs: TTL_MS })).toBe(0);
  });

  it('that nobody renews is never seen to be renewed, however long the answers take', () => {
    const took = fc.integer({ min: 0, max: 4000 });
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.integer({ min: 0, max: 6000 }), took), { maxLength: 20 }), (ticks) => {
        let atMs = 0;
        const readings = ticks.map(([pauseMs, tookMs]) => {
          const reading = aReading(atMs, TTL_MS, { tookMs });
          atMs += tookMs + pauseMs;
          return reading;
        });
        expect(watch(readings)?.renewals ?? 0).toBe(0);
      }),
    );
  });

  it('that is renewed in each loop is seen to be so twice within four loops, however the looks fall', () => {
    const [loop, pause, took] = [
      [3000, 10_000],
      [250, 5000],
      [0, 300],
    ].map(([min, max]) => fc.integer({ min: min ?? 0, max: max ?? 0 }));
    if (loop === undefined || pause === undefined || took === undefined) throw new Error('three ranges');
    fc.assert(
      fc.property(loop, pause, took, (loopMs, pauseMs, tookMs) => {
        const readings: LeaseReading[] = [];
        for (let atMs = 0; atMs <= 4 * loopMs + 2 * pauseMs + 4000; atMs += pauseMs + tookMs) {
          const renewedAtMs = Math.floor((atMs + tookMs / 2) / loopMs) * loopMs;
          readings.push(aReading(atMs, renewedAtMs + TTL_MS, { tookMs }));
        }
        expect(watch(readings)?.renewals).toBeGreaterThanOrEqual(2);
      }),
    );
  });
});
