import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type StoppedNode, startCluster } from './cold-start-world.ts';

const orders = [
  [1, 2, 3],
  [1, 3, 2],
  [2, 1, 3],
  [2, 3, 1],
  [3, 1, 2],
  [3, 2, 1],
] as const;

/** On the first timeline, or on the second, which left it at 100. */
const place = fc.oneof(
  fc.integer({ min: 50, max: 200 }).map((end) => ({ at: [1, end] as const })),
  fc.constantFrom(120, 121, 300).map((end) => ({ at: [2, end] as const, from: [[1, 100]] as const })),
);
const places = fc.tuple(place, place, place);

/** Who should lead of some nodes, said without the code under test. */
function bestOf(nodes: readonly StoppedNode[], lastPrimary: number): number | undefined {
  const last = ({ n }: StoppedNode) => (n === lastPrimary ? 0 : 1);
  return [...nodes].sort(
    (x, y) => y.at[0] - x.at[0] || y.at[1] - x.at[1] || last(x) - last(y) || x.n - y.n,
  )[0]?.n;
}

function aCluster(
  order: readonly number[],
  where: readonly Omit<StoppedNode, 'n' | 'startsAtMs'>[],
  [second, third]: readonly [number, number],
): StoppedNode[] {
  const startsAtMs = [0, second, second + third];
  return where.map((at, index) => ({
    ...at,
    n: index + 1,
    startsAtMs: startsAtMs[order.indexOf(index + 1)] ?? 0,
  }));
}

const upToMs = (max: number) => fc.integer({ min: 0, max: max / 1000 }).map((seconds) => seconds * 1000);

describe.each(orders)('a stopped cluster that starts in the order %i, %i, %i', (...order) => {
  it('is led by the furthest copy, and nobody starts before all have reported', () => {
    fc.assert(
      fc.property(
        places,
        fc.integer({ min: 1, max: 3 }),
        upToMs(600_000),
        fc.double({ min: 0, max: 0.98, noNaN: true }),
        (where, lastPrimary, second, share) => {
          // The second makes the quorum; from then on the last primary has five minutes, another one minute.
          const third = Math.floor((order[2] === lastPrimary ? 300 : 60) * share) * 1000;
          const nodes = aCluster(order, where, [second, third]);
          const { firstLeader, starts } = startCluster(nodes, { lastPrimary, untilMs: 2_000_000 });
          expect(firstLeader).toBe(bestOf(nodes, lastPrimary));
          expect(starts.filter(({ up }) => up.length < 3)).toEqual([]);
          expect(starts.map(({ reason }) => reason)).toEqual(['leads', 'key-held', 'key-held']);
        },
      ),
      { numRuns: 25 },
    );
  });

  it('serves without one that stays away, once that one was waited for or is gone', () => {
    fc.assert(
      fc.property(places, fc.integer({ min: 1, max: 3 }), fc.boolean(), (where, lastPrimary, gone) => {
        const nodes = aCluster(order, where, [30_000, 10_000_000]);
        const waitedMs = order[2] === lastPrimary ? 300_000 : 60_000;
        const goneAtMs = gone ? { [order[2]]: 40_000 } : {};
        const { firstLeader, starts } = startCluster(nodes, { lastPrimary, goneAtMs });
        expect(firstLeader).toBe(
          bestOf(
            nodes.filter(({ n }) => n !== order[2]),
            lastPrimary,
          ),
        );
        expect(starts[0]).toMatchObject({ reason: 'leads', atMs: gone ? 40_000 : 30_000 + waitedMs });
        expect(starts).toHaveLength(2);
      }),
      { numRuns: 15 },
    );
  });
});

describe('a full restart', () => {
  it('keeps the rows of a last primary that returns 90 s after the others', () => {
    const nodes = [
      { n: 1, startsAtMs: 90_000, at: [1, 150] as const },
      { n: 2, startsAtMs: 0, at: [1, 100] as const },
      { n: 3, startsAtMs: 0, at: [1, 100] as const },
    ];
    expect(startCluster(nodes, { lastPrimary: 1 })).toMatchObject({ firstLeader: 1 });
  });

  it('is never led by a volume that was put back, though it is the last primary’s and the others are away for an hour', () => {
    const restored = { n: 1, startsAtMs: 0, at: [1, 500] as const, restored: true };
    const late = [
      { n: 2, startsAtMs: 0, at: [1, 100] as const },
      { n: 3, startsAtMs: 3_600_000, at: [1, 100] as const },
    ];
    expect(startCluster([restored, ...late], { lastPrimary: 1 }).firstLeader).toBe(2);
    const both = [restored, { ...restored, n: 2 }, ...late.slice(1)];
    const { starts } = startCluster(both, { lastPrimary: 1, untilMs: 5_000_000 });
    expect(starts[0]).toMatchObject({ n: 3, atMs: 3_600_000, reason: 'leads' });
  });

  it('with synchronous standbys recorded starts everywhere at once, and Patroni chooses', () => {
    const nodes = [1, 2, 3].map((n) => ({ n, startsAtMs: n * 10_000, at: [1, 100] as const }));
    const { starts } = startCluster(nodes, { lastPrimary: 1, syncStandbys: [2] });
    expect(starts.map(({ n, atMs, reason }) => [n, atMs, reason])).toEqual([
      [1, 20_000, 'sync-protects'],
      [2, 20_000, 'sync-protects'],
      [3, 30_000, 'sync-protects'],
    ]);
  });
});
