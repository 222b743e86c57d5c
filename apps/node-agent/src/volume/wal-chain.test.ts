import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatLsn } from './lsn.ts';
import { chainSegments, isOnChain, timelineAt, timelineChain } from './wal-chain.ts';

const MIB = 1024n ** 2n;
const SEGMENT = 16n * MIB;

/** Timelines 1, 2, …, each left at the next of the given positions. */
function aChain(switches: readonly bigint[]) {
  const history = switches.map((at, index) => ({ timeline: index + 1, switchLsn: formatLsn(at) }));
  return timelineChain(switches.length + 1, history);
}

function fileName(timeline: number, number: bigint): string {
  const hex = (value: bigint) => value.toString(16).toUpperCase().padStart(8, '0');
  return hex(BigInt(timeline)) + hex(number / 256n) + hex(number % 256n);
}

const switchPoints = fc
  .uniqueArray(fc.bigInt({ min: 1n, max: 300n * SEGMENT }), { maxLength: 3 })
  .map((points) => points.sort((a, b) => (a < b ? -1 : 1)));

describe('the files of a chain', () => {
  it('are read in their order, without a gap, never back to an older timeline, none before it had begun', () => {
    const file = fc.tuple(fc.integer({ min: 1, max: 4 }), fc.bigInt({ min: 0n, max: 300n }));
    fc.assert(
      fc.property(
        switchPoints,
        fc.array(file, { maxLength: 200 }),
        fc.bigInt({ min: 0n, max: 20n }),
        (points, files, start) => {
          const chain = aChain(points);
          const names = files.map(([timeline, number]) => fileName(timeline, number));
          const found = chainSegments(names, chain, start * SEGMENT + 5n, SEGMENT);
          for (const [index, { number, timeline, fileName: name }] of found.entries()) {
            expect(number).toBe(start + BigInt(index));
            expect(names).toContain(name);
            expect(timeline).toBeGreaterThanOrEqual(found[index - 1]?.timeline ?? 1);
            const begin = chain.find((part) => part.timeline === timeline)?.begin ?? 0n;
            expect(begin / SEGMENT <= number).toBe(true);
          }
        },
      ),
    );
  });

  it('are those of the newest timeline wherever every timeline has all of them', () => {
    fc.assert(
      fc.property(switchPoints, (points) => {
        const chain = aChain(points);
        const names = chain.flatMap(({ timeline }) =>
          Array.from({ length: 12 }, (_, number) => fileName(timeline, BigInt(number))),
        );
        for (const { number, timeline } of chainSegments(names, chain, 0n, SEGMENT)) {
          const begun = chain.filter(({ begin }) => begin === null || begin < (number + 1n) * SEGMENT);
          expect(timeline).toBe(begun.at(-1)?.timeline);
        }
      }),
    );
  });

  it('are found beyond the first 4 GiB and with segments of another size', () => {
    const names = ['000000010000000100000000', '000000010000000100000001'];
    expect(chainSegments(names, aChain([]), 0x1_0000_0028n, SEGMENT)).toHaveLength(2);
    expect(chainSegments(names, aChain([]), 0x1_4000_0000n, 1024n * MIB)).toMatchObject([{ number: 5n }]);
  });

  it('are none that pg_wal holds beside: histories, partial files, backup labels', () => {
    const names = ['00000002.history', `${fileName(1, 0n)}.partial`, `${fileName(1, 0n)}.00000028.backup`];
    expect(chainSegments(names, aChain([]), 0n, SEGMENT)).toEqual([]);
  });
});

describe('a position', () => {
  const chain = aChain([100n, 200n]);

  it.each([
    [1, 100n, true],
    [1, 101n, false],
    [2, 200n, true],
    [2, 201n, false],
    [3, 10_000n, true],
    [4, 1n, false],
  ])('on timeline %i at %i is on the chain: %s', (timeline, at, expected) => {
    expect(isOnChain(chain, { timeline, lsn: formatLsn(at) })).toBe(expected);
  });

  it.each([
    [3, 250n, 3],
    [3, 200n, 2],
    [3, 100n, 1],
    [2, 250n, 2],
    [1, 250n, 1],
  ])('read from a file of timeline %i at %i is on timeline %i', (file, end, expected) => {
    expect(timelineAt(chain, file, end)).toBe(expected);
  });
});
