import { describe, expect, test } from 'vitest';
import { type FlappingNetwork, flappingNetwork, type Life } from '../../testing/flapping-network.ts';
import { seededRandom, virtualClock } from '../../testing/virtual-clock.ts';
import { FluxClient, FluxDiscovery, type ListingSource } from '../index.ts';
import { defaultWatchPace, defaultWatchRules, removalBoundMs } from './rules.ts';

const DAY_MS = 86_400_000;
const HOUR_MS = 3_600_000;

interface Report {
  readonly kind: string;
  readonly ip: string;
  readonly atMs: number;
}

/** One round of asking: whether any source listed at least half of what was known. */
interface Round {
  readonly atMs: number;
  counts: boolean;
}

/** Everything that happened in a day. */
interface Day {
  readonly network: FlappingNetwork;
  readonly reports: readonly Report[];
  readonly rounds: readonly Round[];
}

/** Notes what each source answers; the first one begins a round. */
function noting(
  sources: readonly ListingSource[],
  begin: () => void,
  note: (rows: number) => void,
): ListingSource[] {
  return sources.map((source, index) => ({
    ...source,
    list: async (...parameters) => {
      if (index === 0) begin();
      const listing = await source.list(...parameters);
      note(listing.locations.length);
      return listing;
    },
  }));
}

/** A day of watching a network that flaps, in virtual time. */
async function aDay(
  seed: number,
  sourcesOf: (network: FlappingNetwork) => readonly ListingSource[],
): Promise<Day> {
  const random = seededRandom(seed);
  const clock = virtualClock(random);
  const network = flappingNetwork(clock, random, DAY_MS);
  const rounds: Round[] = [];
  const sources = noting(
    sourcesOf(network),
    () => rounds.push({ atMs: clock.nowMs(), counts: false }),
    (rows) => {
      const round = rounds.at(-1);
      if (round !== undefined && rows > 0 && rows * 2 >= watch.listing.length) round.counts = true;
    },
  );
  await using client = new FluxClient({ baseUrls: ['http://127.0.0.1:1'] });
  const discovery = new FluxDiscovery({ client, sources, nodes: 0, clock });
  const watch = discovery.watch('myapp');
  const reports: Report[] = [];
  const watching = (async () => {
    for await (const { kind, instance } of watch) {
      reports.push({ kind, ip: instance.address.ip, atMs: clock.nowMs() });
    }
  })();
  await clock.runUntil(DAY_MS);
  await watch.return();
  await watching;
  expect(clock.sleepers()).toBe(0);
  return { network, reports, rounds };
}

function isAlive({ bornMs, endMs }: Life, atMs: number): boolean {
  return atMs >= bornMs && atMs < endMs;
}

const configurations: readonly (readonly [string, (network: FlappingNetwork) => readonly ListingSource[]])[] =
  [
    ['the public endpoint alone', ({ endpoint }) => [endpoint]],
    ['the public endpoint and three nodes', ({ endpoint, nodes }) => [endpoint, ...nodes]],
  ];

describe.each(configurations)('a day with %s', (_title, sourcesOf) => {
  test.each([20_261_125, 1, 2, 3, 4])(
    'seed %d: nobody alive is removed, and whoever vanished is in time',
    async (seed) => {
      const { network, reports, rounds } = await aDay(seed, sourcesOf);
      expect(rounds.length).toBeGreaterThan(1100);
      let removed = 0;
      for (const life of network.lives) {
        const removals = reports.filter(({ kind, ip }) => kind === 'removed' && ip === life.ip);
        expect(removals.filter(({ atMs }) => isAlive(life, atMs))).toEqual([]);
        const vanishedMs = network.vanishedMs(life);
        const wasSeen = reports.some(({ kind, ip }) => kind === 'added' && ip === life.ip);
        if (!wasSeen || vanishedMs + HOUR_MS > DAY_MS) continue;
        removed += 1;
        const removedMs = removals.at(-1)?.atMs ?? Number.POSITIVE_INFINITY;
        const idle = rounds.filter(
          ({ atMs, counts }) => !counts && atMs > vanishedMs && atMs < removedMs,
        ).length;
        const boundMs = removalBoundMs(defaultWatchRules, defaultWatchPace, Math.min(idle, 10));
        expect(removedMs - vanishedMs, `${life.ip} vanished at ${vanishedMs}`).toBeLessThanOrEqual(boundMs);
      }
      // A day in which nobody went would show nothing.
      expect(removed).toBeGreaterThan(0);
    },
  );
});
