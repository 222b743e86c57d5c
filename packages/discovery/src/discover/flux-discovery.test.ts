import { describe, expect, test } from 'vitest';
import { aLocation } from '../../testing/answer-builder.ts';
import { answering, loopbackServer } from '../../testing/loopback-server.ts';
import { aRow, success } from '../../testing/row-builder.ts';
import { FluxClient, FluxDiscovery, type ListingSource, type NodeAddress } from '../index.ts';

const THREE = ['8.8.4.1', '8.8.4.2', '8.8.4.3'];

/** A network in which every address answers as a test says; what is not named refuses. */
function aNetwork(listings: Readonly<Record<string, readonly string[] | 'hangs'>>) {
  const asked: string[] = [];
  const client = new FluxClient({
    baseUrls: ['https://api.example'],
    requestTimeoutMs: 5000,
    fetch: async (url, { signal }) => {
      const { host } = new URL(url);
      asked.push(host);
      const listing = listings[host];
      if (listing === undefined) throw new TypeError('connection refused');
      if (listing === 'hangs') {
        return await new Promise((_resolve, reject) =>
          signal.addEventListener('abort', () => reject(new Error('aborted')), { once: true }),
        );
      }
      return Response.json(success(listing.map((ip) => aRow({ ip }))));
    },
  });
  return { client, asked };
}

const address = (ip: string): NodeAddress => aLocation(ip).address;

describe('discover', () => {
  test('asks the API, and the listed nodes as soon as they are known', async () => {
    const { client, asked } = aNetwork({
      'api.example': THREE,
      '8.8.4.1:16127': THREE,
      '8.8.4.2:16127': [...THREE, '8.8.4.4'],
    });
    const found = await new FluxDiscovery({ client }).discover('myapp');
    expect(
      found.known && found.instances.map(({ listedBy, hintOnly }) => [listedBy.length, hintOnly]),
    ).toEqual([
      [3, false],
      [3, false],
      [3, false],
      [1, true],
    ]);
    expect(found.sources.map(({ name, outcome, trust }) => `${name} ${outcome} ${trust}`)).toEqual([
      'https://api.example listed authenticated',
      'node 8.8.4.1:16127 listed hint',
      'node 8.8.4.2:16127 listed hint',
      'node 8.8.4.3:16127 failed hint',
    ]);
    expect(asked).toHaveLength(4);
  });

  test('goes on with nodes that answered before when the API is gone (A5)', async () => {
    const listings: Record<string, readonly string[]> = { 'api.example': THREE, '8.8.4.3:16127': THREE };
    const { client, asked } = aNetwork(listings);
    const discovery = new FluxDiscovery({ client, nodes: 1 });
    // One node is asked at a time: the first two refuse, and their turn is over.
    for (let round = 0; round < 3; round += 1) await discovery.discover('myapp');
    delete listings['api.example'];
    asked.length = 0;
    const found = await discovery.discover('MyApp');
    expect(found).toMatchObject({ known: true, contact: 'nodes', instances: [{}, {}, {}] });
    expect(asked).toEqual(['api.example', '8.8.4.3:16127']);
  });

  test('begins with nodes that the caller has kept, and asks witnesses', async () => {
    const { client } = aNetwork({ '8.8.4.1:16127': THREE, '8.9.9.9:16127': THREE });
    const discovery = new FluxDiscovery({
      client,
      knownNodes: [address('8.8.4.1')],
      witnesses: () => [address('8.9.9.9')],
      nodes: 1,
    });
    expect(await discovery.discover('myapp')).toMatchObject({
      known: true,
      contact: 'nodes',
      sources: [
        { kind: 'api', outcome: 'failed' },
        { kind: 'witness', outcome: 'listed' },
        { kind: 'node', outcome: 'listed' },
      ],
    });
  });

  test('does not wait for a source that hangs once another has listed instances', async () => {
    const { client } = aNetwork({ 'api.example': THREE, '8.9.9.9:16127': 'hangs' });
    const discovery = new FluxDiscovery({
      client,
      witnesses: [address('8.9.9.9')],
      nodes: 0,
      patienceMs: 50,
    });
    const startedMs = performance.now();
    const found = await discovery.discover('myapp');
    expect(performance.now() - startedMs).toBeLessThan(3000);
    expect(found.sources[1]).toMatchObject({ outcome: 'failed', error: { code: 'timeout' } });
  });

  test('waits no longer for the listed nodes either, when all of them hang', async () => {
    const hanging = Object.fromEntries(THREE.map((ip) => [`${ip}:16127`, 'hangs' as const]));
    const { client } = aNetwork({ 'api.example': THREE, ...hanging });
    const startedMs = performance.now();
    const found = await new FluxDiscovery({ client, patienceMs: 50 }).discover('myapp');
    expect(performance.now() - startedMs).toBeLessThan(3000);
    expect(found.sources.map(({ outcome }) => outcome)).toEqual(['listed', 'failed', 'failed', 'failed']);
  });

  test('waits for the rest when the first answer is empty, which is no information', async () => {
    const { client } = aNetwork({ 'api.example': [], '8.9.9.9:16127': THREE });
    const slow: ListingSource = {
      name: 'slow',
      kind: 'mesh',
      trust: 'authenticated',
      list: async () => {
        await new Promise((resolve) => setTimeout(resolve, 100));
        return { locations: [aLocation('8.8.4.9')], rejected: [], receivedAtMs: 0 };
      },
    };
    const discovery = new FluxDiscovery({ client, sources: [slow], nodes: 0, patienceMs: 1 });
    expect(await discovery.discover('myapp')).toMatchObject({ known: true, contact: 'nodes' });
  });

  test('tells failures in its result, also of sources that throw what they like', async () => {
    const { client } = aNetwork({});
    const broken: ListingSource = {
      name: 'odd',
      kind: 'odd',
      trust: 'hint',
      list: () => Promise.reject('nonsense'),
    };
    const found = await new FluxDiscovery({ client, sources: [broken] }).discover('myapp');
    expect(found).toMatchObject({
      known: false,
      why: 'failed',
      sources: [{ error: { name: 'DiscoveryError', code: 'network', url: 'odd' } }],
    });
  });

  test('ends when the caller says so, and only then throws', async () => {
    const { client } = aNetwork({ 'api.example': 'hangs' });
    const discovery = new FluxDiscovery({ client });
    const caller = new AbortController();
    const asked = discovery.discover('myapp', { signal: caller.signal });
    caller.abort();
    await expect(asked).rejects.toMatchObject({ name: 'DiscoveryError', code: 'aborted' });
    await expect(discovery.discover('myapp', { signal: AbortSignal.abort() })).rejects.toMatchObject({
      code: 'aborted',
    });
  });

  test('leaves no timer behind', async () => {
    const { client } = aNetwork({ 'api.example': THREE, '8.8.4.1:16127': 'hangs' });
    const timers = () => process.getActiveResourcesInfo().filter((kind) => kind === 'Timeout').length;
    const discovery = new FluxDiscovery({ client, patienceMs: 20 });
    const caller = new AbortController();
    const before = timers();
    await discovery.discover('myapp', { signal: caller.signal });
    await new Promise((resolve) => setImmediate(resolve));
    expect(timers()).toBe(before);
  });

  test('takes no name that would ask for other apps', async () => {
    await expect(new FluxDiscovery({ client: aNetwork({}).client }).discover('.*')).rejects.toBeInstanceOf(
      TypeError,
    );
  });

  test('leaves no socket of its own behind', async () => {
    await using server = await loopbackServer(answering(success([])));
    const client = new FluxClient({ baseUrls: [server.url] });
    await new FluxDiscovery({ client }).discover('myapp');
    await client.close();
    const open = () => process.getActiveResourcesInfo().filter((name) => name === 'TCPSocketWrap').length;
    await expect.poll(open).toBe(0);
  });
});

test.each([-1, 1.5, Number.NaN])('asking %d nodes makes no sense', (nodes) => {
  expect(() => new FluxDiscovery({ client: new FluxClient(), nodes })).toThrow(TypeError);
});
