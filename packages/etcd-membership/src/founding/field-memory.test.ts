import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type FieldEvidence,
  type FieldMemory,
  LONGEST_TICK_GAP_MS,
  rememberField,
  shortHandedForMs,
} from './field-memory.ts';

const OWN = '10.0.0.1';
const PEER = '10.0.0.2';
const TICK_MS = 30_000;
const GRACE_MS = 300_000;

function source(name: string, ...addresses: readonly string[]): FieldEvidence['answers'][number] {
  return { source: name, instances: addresses.map((address) => ({ address, runningSinceMs: null })) };
}

/** The tick of the given number, in which two sources list this node alone. */
function aTick(tick: number, difference: Partial<FieldEvidence> = {}): FieldEvidence {
  return {
    nowMs: tick * TICK_MS,
    ownAddress: OWN,
    expectedNodes: 3,
    clusterSizeConfigured: false,
    answers: [source('a', OWN), source('b', OWN)],
    standsForAll: false,
    graceMs: GRACE_MS,
    ...difference,
  };
}

function after(ticks: readonly FieldEvidence[]): FieldMemory {
  const memory = ticks.reduce<FieldMemory | null>(rememberField, null);
  if (memory === null) throw new Error('there is no tick');
  return memory;
}

const range = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, index) => from + index);
const alone = (from: number, to: number) => range(from, to).map((tick) => aTick(tick));
const withPeer = [source('a', OWN, PEER), source('b', OWN)];

describe('an address that was listed', () => {
  it('is remembered with when, and not as listed, until it has been unlisted for the grace', () => {
    const first = aTick(0, { answers: withPeer });
    expect(after([first]).instances[PEER]).toMatchObject({
      listed: true,
      firstListedAtMs: 0,
      unlistedForMs: 0,
    });
    expect(after([first, ...alone(1, 10)]).instances[PEER]).toMatchObject({
      listed: false,
      lastListedAtMs: 0,
      unlistedForMs: 9 * TICK_MS,
    });
    expect(after([first, ...alone(1, 11)]).instances[PEER]).toBeUndefined();
  });

  it('stays while nobody answers, or only without this node, or after a long gap', () => {
    const first = aTick(0, { answers: withPeer });
    const silent = range(1, 100).map((tick) => aTick(tick, { answers: [] }));
    expect(after([first, ...silent]).instances[PEER]).toMatchObject({ listed: true, unlistedForMs: 0 });
    const empty = range(1, 100).map((tick) => aTick(tick, { answers: [source('a')] }));
    expect(after([first, ...empty]).instances[PEER]).toMatchObject({ listed: true });
    const foreign = range(1, 100).map((tick) => aTick(tick, { answers: [source('a', '10.0.0.8')] }));
    expect(after([first, ...foreign]).instances[PEER]).toMatchObject({ listed: false, unlistedForMs: 0 });
    const gap = aTick(2 + (2 * GRACE_MS) / TICK_MS);
    expect(after([first, aTick(1), gap]).instances[PEER]).toMatchObject({ unlistedForMs: 0 });
  });

  it('keeps the earliest start that any source tells, and does not forget it', () => {
    const told = (since: number | null) => ({
      source: String(since),
      instances: [
        { address: OWN, runningSinceMs: null },
        { address: PEER, runningSinceMs: since },
      ],
    });
    const memory = after([aTick(0, { answers: [told(9), told(null), told(4)] })]);
    expect(memory.instances[PEER]?.runningSinceMs).toBe(4);
    const later = after([aTick(0, { answers: [told(4)] }), aTick(1, { answers: [told(null)] })]);
    expect(later.instances[PEER]?.runningSinceMs).toBe(4);
  });

  it('is never the own one', () => {
    expect(after([aTick(0)])).toMatchObject({ instances: {}, containsSelf: true });
    expect(after([aTick(0, { ownAddress: PEER })])).toMatchObject({ containsSelf: false });
  });
});

describe('the short-handed clock', () => {
  it('runs while two sources list this node and none a majority', () => {
    expect(shortHandedForMs(null)).toBe(0);
    expect(shortHandedForMs(after(alone(0, 10)))).toBe(10 * TICK_MS);
  });

  it('runs on one answer that stands for all sources', () => {
    const ticks = (standsForAll: boolean) =>
      range(0, 10).map((tick) => aTick(tick, { answers: [source('a', OWN)], standsForAll }));
    expect(shortHandedForMs(after(ticks(true)))).toBe(10 * TICK_MS);
    expect(shortHandedForMs(after(ticks(false)))).toBe(0);
  });

  it.each<[string, Partial<FieldEvidence>]>([
    ['a source fails', { answers: [source('a', OWN)] }],
    ['one source answers twice', { answers: [source('a', OWN), source('a', OWN)] }],
    ['a source lists a majority', { answers: withPeer }],
    ['a third source lists a majority', { answers: [...aTick(0).answers, source('c', PEER, '10.0.0.3')] }],
    ['together they list a majority', { answers: [source('a', OWN), source('b', OWN), source('c', PEER)] }],
    ['the size changes', { expectedNodes: 5 }],
    ['the size becomes unknown', { expectedNodes: null }],
    ['the own address changes', { ownAddress: PEER, answers: [source('a', PEER), source('b', PEER)] }],
    ['the own address is unknown', { ownAddress: null }],
  ])('starts over when %s', (_, difference) => {
    expect(shortHandedForMs(after([...alone(0, 10), aTick(11, difference)]))).toBe(0);
    expect(shortHandedForMs(after([...alone(0, 10), aTick(11, difference), aTick(12)]))).toBe(0);
  });

  it('starts over after a long gap between ticks', () => {
    const last = { ...aTick(10), nowMs: 10 * TICK_MS + LONGEST_TICK_GAP_MS + 1 };
    expect(shortHandedForMs(after([...alone(0, 10), last]))).toBe(0);
    expect(shortHandedForMs(after([...alone(0, 10), { ...last, nowMs: last.nowMs - 1 }]))).toBeGreaterThan(0);
  });

  it('runs while the size is unknown, and for a size of one that nobody configured', () => {
    const sized = (expectedNodes: number | null, clusterSizeConfigured = false) =>
      range(0, 10).map((tick) => aTick(tick, { expectedNodes, clusterSizeConfigured }));
    expect(shortHandedForMs(after(sized(null)))).toBe(10 * TICK_MS);
    expect(shortHandedForMs(after(sized(1)))).toBe(10 * TICK_MS);
    expect(shortHandedForMs(after(sized(1, true)))).toBe(0);
  });
});

const others = [PEER, '10.0.0.3', '10.0.0.4'];
const ticks = fc.array(
  fc.record({
    afterMs: fc.integer({ min: 1000, max: 80_000 }),
    answers: fc.array(
      fc.record({ source: fc.constantFrom('a', 'b'), own: fc.nat(9), addresses: fc.subarray(others) }),
      { maxLength: 3 },
    ),
  }),
  { minLength: 5, maxLength: 60, size: 'max' },
);

describe('whatever is answered', () => {
  it('an address blocks for the whole grace after any answer listed it', () => {
    fc.assert(
      fc.property(ticks, (given) => {
        let memory: FieldMemory | null = null;
        let nowMs = 0;
        const lastListedMs = new Map<string, number>();
        for (const { afterMs, answers } of given) {
          nowMs += afterMs;
          const listings = answers.map(({ source: name, own, addresses }) =>
            source(name, ...(own > 0 ? [OWN, ...addresses] : addresses)),
          );
          for (const { addresses } of answers) for (const each of addresses) lastListedMs.set(each, nowMs);
          memory = rememberField(memory, { ...aTick(0), nowMs, answers: listings });
          for (const [address, atMs] of lastListedMs) {
            if (nowMs - atMs < GRACE_MS) expect(memory.instances).toHaveProperty([address]);
          }
          expect(shortHandedForMs(memory)).toBeLessThanOrEqual(nowMs);
          const most = Math.max(
            0,
            ...answers.map(({ addresses, own }) => addresses.length + (own > 0 ? 1 : 0)),
          );
          if (most >= 2) expect(shortHandedForMs(memory)).toBe(0);
        }
      }),
      { numRuns: 500 },
    );
  });
});
