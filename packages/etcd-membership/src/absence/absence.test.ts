import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type AbsenceMemory, rememberAbsence } from './absence.ts';
import { type AbsenceEvidence, maxAnswerGap, type WatchedNode } from './absence-evidence.ts';
import { isGone, silentForMs } from './gone.ts';
import type { WitnessReading } from './witnesses.ts';

const MINUTE_MS = 60_000;

const OWN = '10.0.0.1';
const limits = { graceMs: 5 * MINUTE_MS, maxAnswerGapMs: 4 * MINUTE_MS };
const DEAD: WatchedNode = { nodeId: 'dead', address: '10.0.0.3', aliveAtMs: null };
const everyone = [OWN, '10.0.0.2', '10.0.0.3'];
const survivors = [OWN, '10.0.0.2'];

/** What a private API, which stands for all witnesses, said last; null where it failed. */
function aReading(addresses: readonly string[] | null, atMs: number): WitnessReading {
  return { total: 1, answers: addresses === null ? [] : [{ witness: 'api', addresses, atMs }] };
}

/** One tick of a cluster of three in which `dead` does not answer; the answer is as old as the minute. */
function aTick(
  minute: number,
  addresses: readonly string[] | null,
  difference: Partial<AbsenceEvidence> = {},
) {
  const atMs = minute * MINUTE_MS;
  const evidence: AbsenceEvidence = {
    nowMs: atMs,
    witnesses: aReading(addresses, atMs),
    ownAddress: OWN,
    answering: [{ address: '10.0.0.2', nodeId: 'alive' }],
    watched: [DEAD],
    maxAnswerGapMs: limits.maxAnswerGapMs,
    ...difference,
  };
  return evidence;
}

function after(ticks: readonly AbsenceEvidence[]): AbsenceMemory | null {
  return ticks.reduce<AbsenceMemory | null>(rememberAbsence, null);
}

function goneAfter(ticks: readonly AbsenceEvidence[], nodeId = 'dead'): boolean {
  return isGone(after(ticks), nodeId, { nowMs: ticks.at(-1)?.nowMs ?? 0, ...limits });
}

const minutes = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, i) => from + i);

describe('a node that no answer lists and nobody hears of', () => {
  it('is gone after the grace, not before', () => {
    expect(goneAfter(minutes(0, 4).map((minute) => aTick(minute, survivors)))).toBe(false);
    expect(goneAfter(minutes(0, 5).map((minute) => aTick(minute, survivors)))).toBe(true);
  });

  it('is not gone on one answer, however old that is', () => {
    const first = aTick(0, survivors);
    expect(goneAfter([first, { ...first, nowMs: 60 * MINUTE_MS }])).toBe(false);
  });

  it('is counted anew by an agent that has just started, whatever the others remember', () => {
    const told = { watched: [{ ...DEAD, aliveAtMs: 0 }] };
    expect(goneAfter([aTick(100, survivors, told)])).toBe(false);
    expect(silentForMs(after([aTick(100, survivors, told)]), 'dead', 101 * MINUTE_MS)).toBe(MINUTE_MS);
  });

  it('is gone no longer when the answers cease', () => {
    const row = minutes(0, 6).map((minute) => aTick(minute, survivors));
    expect(goneAfter([...row, aTick(7, null)])).toBe(false);
    expect(isGone(after(row), 'dead', { nowMs: 11 * MINUTE_MS, ...limits })).toBe(false);
  });

  it('is gone though its address answers as another node', () => {
    const taken = {
      answering: [
        { address: '10.0.0.2', nodeId: 'alive' },
        { address: '10.0.0.3', nodeId: 'successor' },
      ],
    };
    expect(goneAfter(minutes(0, 5).map((minute) => aTick(minute, everyone, taken)))).toBe(true);
  });

  it('is gone though its address is now the own one', () => {
    const watched = [{ ...DEAD, address: OWN }];
    expect(goneAfter(minutes(0, 5).map((minute) => aTick(minute, survivors, { watched })))).toBe(true);
  });
});

describe('a node is never gone', () => {
  const alive = (minute: number) => ({ watched: [{ ...DEAD, aliveAtMs: minute * MINUTE_MS }] });
  const row = (tick: (minute: number) => AbsenceEvidence) => minutes(0, 30).map(tick);
  it.each([
    ['while it is listed', row((m) => aTick(m, everyone))],
    ['while every sixth answer lists it', row((m) => aTick(m, m % 5 === 4 ? everyone : survivors))],
    ['while a survivor hears of it', row((m) => aTick(m, survivors, alive(m)))],
    ['while a survivor hears of it now and then', row((m) => aTick(m, survivors, alive(m - (m % 5))))],
    ['while the API fails', row((m) => aTick(m, null))],
    ['while the answers are empty', row((m) => aTick(m, []))],
    ['while the answers do not list this node', row((m) => aTick(m, ['10.0.0.2']))],
    ['while the answers miss half of the living', row((m) => aTick(m, [OWN]))],
    ['while it is not known who belongs', row((m) => aTick(m, survivors, { watched: null }))],
    ['while the own address is not known', row((m) => aTick(m, survivors, { ownAddress: null }))],
    [
      'when its address is not known',
      row((m) => aTick(m, survivors, { watched: [{ ...DEAD, address: null }] })),
    ],
    ['on answers that are rare', row((m) => aTick(m * 5, survivors))],
    ['when every second attempt fails', row((m) => aTick(m, m % 2 === 0 ? survivors : null))],
  ])('%s', (_, ticks) => {
    expect(goneAfter(ticks)).toBe(false);
  });
});

describe('an interruption', () => {
  const outage = (length: number) => minutes(3, 2 + length).map((minute) => aTick(minute, null));
  const before = minutes(0, 2).map((minute) => aTick(minute, survivors));

  it('is not counted, and the time before it is', () => {
    const later = (to: number) => [
      ...before,
      ...outage(1),
      ...minutes(4, to).map((minute) => aTick(minute, survivors)),
    ];
    expect(goneAfter(later(6))).toBe(false);
    expect(goneAfter(later(7))).toBe(true);
  });

  it('that is long sets the clock back', () => {
    const later = (to: number) => [
      ...before,
      ...outage(3),
      ...minutes(7, to).map((minute) => aTick(minute, survivors)),
    ];
    expect(goneAfter(later(11))).toBe(false);
    expect(goneAfter(later(12))).toBe(true);
  });
});

describe('silence', () => {
  it('is known only of a node that is watched', () => {
    expect(silentForMs(null, 'dead', 0)).toBeNull();
    expect(silentForMs(after([aTick(0, survivors)]), 'other', 0)).toBeNull();
  });

  it('goes on through an outage of the API', () => {
    const ticks = minutes(0, 12).map((minute) => aTick(minute, null));
    expect(silentForMs(after(ticks), 'dead', 12 * MINUTE_MS)).toBe(12 * MINUTE_MS);
  });

  it('ends with any sign of life, and never starts before one that was told', () => {
    const told = (minute: number) => ({ watched: [{ ...DEAD, aliveAtMs: minute * MINUTE_MS }] });
    const ticks = [aTick(0, null), aTick(3, null, told(2)), aTick(4, null, told(1)), aTick(5, null)];
    expect(silentForMs(after(ticks), 'dead', 5 * MINUTE_MS)).toBe(3 * MINUTE_MS);
  });
});

describe('the longest gap between answers', () => {
  it.each([
    [1000, 300_000, 15_000],
    [60_000, 300_000, 240_000],
    [60_000, 100_000, 80_000],
    [1000, 5000, 15_000],
    [3_600_000, 3_600_000, 600_000],
  ])('for an interval of %i ms and a grace of %i ms is %i ms', (intervalMs, graceMs, gapMs) => {
    expect(maxAnswerGap(intervalMs, graceMs)).toBe(gapMs);
  });
});

const steps = fc.array(
  fc.record({
    afterMs: fc.integer({ min: 1, max: 5 * MINUTE_MS }),
    addresses: fc.option(fc.subarray(everyone)),
    heard: fc.boolean(),
    etcd: fc.boolean(),
  }),
  { maxLength: 60 },
);

describe('whatever happens', () => {
  it('a gone node was in none of the answers and heard by nobody for the whole grace', () => {
    fc.assert(
      fc.property(steps, (given) => {
        let memory: AbsenceMemory | null = null;
        let nowMs = 0;
        let lastSeenMs = 0;
        for (const { afterMs, addresses, heard, etcd } of given) {
          nowMs += afterMs;
          const watched = etcd ? [{ ...DEAD, aliveAtMs: heard ? nowMs : null }] : null;
          memory = rememberAbsence(memory, {
            ...aTick(0, null, { watched }),
            nowMs,
            witnesses: aReading(addresses, nowMs),
          });
          const listed = addresses?.includes('10.0.0.3') === true && addresses.length > 2;
          if ((heard || listed) && etcd) lastSeenMs = nowMs;
          if (!isGone(memory, 'dead', { nowMs, ...limits })) continue;
          expect(nowMs - lastSeenMs).toBeGreaterThanOrEqual(limits.graceMs);
          expect(addresses).toContain(OWN);
          expect(etcd).toBe(true);
        }
      }),
      { numRuns: 2000 },
    );
  });
});
