import { describe, expect, test } from 'vitest';
import { aLocation } from '../../testing/answer-builder.ts';
import { seededRandom, virtualClock } from '../../testing/virtual-clock.ts';
import { FluxClient, FluxDiscovery, type ListingSource, type WatchOptions } from '../index.ts';

const client = new FluxClient({ baseUrls: ['http://127.0.0.1:1'] });

/** A watch of a source that a test changes as it goes. */
function aWatch(options: WatchOptions = {}) {
  const clock = virtualClock(seededRandom(7));
  const given = { ips: ['8.8.4.1'] as readonly string[], fails: false, hangs: false, asked: [] as number[] };
  const source: ListingSource = {
    name: 'mesh',
    kind: 'mesh',
    trust: 'authenticated',
    list: async (_app, { signal }) => {
      given.asked.push(clock.nowMs());
      if (given.hangs)
        await new Promise((_resolve, reject) =>
          signal.addEventListener('abort', () => reject(signal.reason)),
        );
      if (given.fails) throw new Error('the mesh is torn');
      return { locations: given.ips.map((ip) => aLocation(ip)), rejected: [], receivedAtMs: clock.wallMs() };
    },
  };
  const discovery = new FluxDiscovery({ client, sources: [source], nodes: 0, clock });
  return { clock, given, watch: discovery.watch('myapp', options) };
}

describe('a watch', () => {
  test('begins with everybody, and gives each change with the listing and the answers behind it', async () => {
    const { clock, given, watch } = aWatch();
    expect(await watch.next()).toMatchObject({
      value: {
        kind: 'added',
        instance: { address: { ip: '8.8.4.1' } },
        listing: [{}],
        discovery: { known: true },
      },
    });
    given.ips = ['8.8.4.1', '8.8.4.0'];
    const next = watch.next();
    await clock.runUntil(80_000);
    expect(await next).toMatchObject({ value: { kind: 'added', instance: { address: { ip: '8.8.4.0' } } } });
    expect(watch.listing.map(({ address }) => address.ip)).toEqual(['8.8.4.0', '8.8.4.1']);
    await watch.return();
  });

  test('asks less often while nobody answers, and as usual once somebody does', async () => {
    const { clock, given, watch } = aWatch({ intervalMs: 1000, jitter: 0, maxIntervalMs: 4000 });
    await watch.next();
    given.fails = true;
    const next = watch.next();
    await clock.runUntil(20_000);
    expect(given.asked).toEqual([0, 1000, 3000, 7000, 11_000, 15_000, 19_000]);
    expect(watch.latest).toMatchObject({
      known: false,
      sources: [{ error: { reason: 'the mesh is torn' } }],
    });
    expect(watch.listing).toHaveLength(1);
    given.fails = false;
    given.ips = ['8.8.4.1', '8.8.4.2'];
    await clock.runUntil(23_500);
    await next;
    expect(given.asked.at(-1)).toBe(23_000);
    await watch.return();
  });

  test('asks nothing before the first step', async () => {
    const { given, watch } = aWatch();
    await watch.return();
    expect(given.asked).toEqual([]);
    expect(await watch.next()).toEqual({ done: true, value: undefined });
  });
});

describe('the end of a watch', () => {
  test('by return cuts a wait short and leaves nothing behind', async () => {
    const { clock, watch } = aWatch();
    await watch.next();
    const next = watch.next();
    await clock.runUntil(10_000);
    await watch.return();
    expect(await next).toEqual({ done: true, value: undefined });
    expect(clock.sleepers()).toBe(0);
  });

  test('by return cuts a question short', async () => {
    const { given, watch } = aWatch();
    given.hangs = true;
    const next = watch.next();
    await watch.return();
    expect(await next).toEqual({ done: true, value: undefined });
  });

  test('by the caller’s signal ends the loop', async () => {
    const caller = new AbortController();
    const { clock, watch } = aWatch({ signal: caller.signal });
    const seen: string[] = [];
    const loop = (async () => {
      for await (const { kind } of watch) seen.push(kind);
    })();
    await clock.runUntil(200_000);
    caller.abort();
    await loop;
    expect(seen).toEqual(['added']);
    expect(clock.sleepers()).toBe(0);
  });

  test('by leaving the loop stops the questions', async () => {
    const { clock, given, watch } = aWatch();
    for await (const _change of watch) break;
    await clock.runUntil(500_000);
    expect(given.asked).toHaveLength(1);
  });

  test('comes with what is no failure of a source', async () => {
    const discovery = new FluxDiscovery({ client, nodes: 0 });
    await expect(discovery.watch('no such app').next()).rejects.toBeInstanceOf(TypeError);
  });
});

test.each([
  ['an interval of nothing', { intervalMs: 0 }],
  ['a jitter beyond the interval', { jitter: 1 }],
  ['a rule that is no number', { rules: { absentMs: Number.NaN } }],
])('a watch with %s is refused', (_title, options) => {
  const discovery = new FluxDiscovery({ client });
  expect(() => discovery.watch('myapp', options)).toThrow(TypeError);
});
