import { defaultWatchPace, FluxDiscovery, formatNodeAddress, parseNodeAddress } from '@flux-pg/discovery';
import { describe, expect, test } from 'vitest';
import {
  API,
  APP,
  addressOf,
  HOSTING,
  hostOf,
  type RoutedNetwork,
  routedNetwork,
} from '../../testing/routed-network.ts';
import { added, logWatch, settledWatch } from '../../testing/watch-log.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
/** By then a watch that has slowed down asks again. */
const LONGEST_PAUSE_MS = defaultWatchPace.maxIntervalMs * (1 + defaultWatchPace.jitter);

type Break = (network: RoutedNetwork) => void | Promise<void>;

const outages: readonly (readonly [string, string, Break])[] = [
  ['refuses connections', 'network', ({ cut }) => cut('refuses', [API])],
  ['answers 503', 'http', ({ control }) => control.setFaults({ kind: 'http-status' })],
  [
    'answers with error envelopes',
    'envelope',
    ({ control }) => control.setFaults({ kind: 'error-envelope' }),
  ],
];

describe.each(outages)('A4: a fresh client while the API %s', (_how, code, breakApi) => {
  test('says that it knows nothing and has no contact, and reports everybody once the API is back', async () => {
    await using network = await routedNetwork();
    const { client, control, mend, time } = network;
    await breakApi(network);
    const discovery = new FluxDiscovery({ client, clock: time });
    const found = await discovery.discover(APP);
    expect(found).toMatchObject({ known: false, why: 'failed', contact: 'none' });
    expect(found.sources).toMatchObject([{ kind: 'api', outcome: 'failed', error: { code } }]);

    await using log = logWatch(discovery, time);
    await time.run(3 * HOUR_MS);
    expect(log.watch.latest).toMatchObject({ known: false, contact: 'none' });
    expect(log.takeTexts()).toEqual([]);
    expect(log.ips()).toEqual([]);

    mend();
    await control.clearFaults();
    await time.run(LONGEST_PAUSE_MS);
    expect(log.takeTexts()).toEqual(added(HOSTING));
    expect(log.watch.latest).toMatchObject({ known: true, contact: 'api' });
    await time.run(HOUR_MS);
    expect(log.takeTexts()).toEqual([]);
  });
});

/** A listing as a program would keep it over a restart. */
async function keptListing({ client, time }: RoutedNetwork): Promise<string> {
  const found = await new FluxDiscovery({ client, clock: time }).discover(APP);
  return JSON.stringify(found.known ? found.instances.map(({ address }) => formatNodeAddress(address)) : []);
}

function readKept(text: string) {
  const kept: readonly string[] = JSON.parse(text);
  return kept.flatMap((address) => {
    const read = parseNodeAddress(address);
    return read.ok ? [read.address] : [];
  });
}

describe('A4: a client that starts with a kept listing while the API is down', () => {
  test('finds the app through the nodes of that listing', async () => {
    await using network = await routedNetwork();
    const { client, cut, takeCalls, time } = network;
    const kept = await keptListing(network);
    cut('refuses', [API]);
    takeCalls();
    const discovery = new FluxDiscovery({ client, clock: time, knownNodes: readKept(kept) });
    const found = await discovery.discover(APP);
    expect(found).toMatchObject({ known: true, contact: 'nodes' });
    expect(found.known && found.instances.map(({ address }) => address.ip)).toEqual(HOSTING);
    expect(found.known && found.instances.every(({ hintOnly }) => hintOnly)).toBe(true);
    expect(Object.keys(takeCalls()).sort()).toEqual([...HOSTING.slice(0, 3).map((ip) => hostOf(ip)), API]);
  });

  test('watches through them, and the return of the API changes nothing', async () => {
    await using network = await routedNetwork();
    const { client, cut, mend, time } = network;
    const kept = await keptListing(network);
    cut('refuses', [API]);
    const discovery = new FluxDiscovery({ client, clock: time, knownNodes: readKept(kept) });
    await using log = await settledWatch(discovery, time, { forMs: 3 * HOUR_MS });
    mend();
    await time.run(HOUR_MS);
    expect(log.watch.latest).toMatchObject({ known: true, contact: 'api' });
    expect(log.takeTexts()).toEqual([]);
  });

  test('comes to those that live when the first of them are dead', async () => {
    await using network = await routedNetwork();
    const { client, cut, time } = network;
    const knownNodes = HOSTING.map(addressOf);
    cut('refuses', [API, ...HOSTING.slice(0, 3).map((ip) => hostOf(ip))]);
    const discovery = new FluxDiscovery({ client, clock: time, knownNodes });
    await using log = logWatch(discovery, time);
    await time.run(0);
    expect(log.watch.latest).toMatchObject({ known: false, why: 'failed', contact: 'none' });
    await time.run(LONGEST_PAUSE_MS);
    expect(log.watch.latest).toMatchObject({ known: true, contact: 'nodes' });
    expect(log.takeTexts()).toEqual(added(HOSTING));
  });

  test('has no contact and reports nothing when all of them are dead', async () => {
    await using network = await routedNetwork();
    const { client, cut, time } = network;
    cut('refuses', [API, ...HOSTING.map((ip) => hostOf(ip))]);
    const discovery = new FluxDiscovery({ client, clock: time, knownNodes: HOSTING.map(addressOf) });
    await using log = logWatch(discovery, time);
    await time.run(HOUR_MS);
    expect(log.watch.latest).toMatchObject({ known: false, why: 'failed', contact: 'none' });
    expect(log.watch.latest?.sources).toHaveLength(4);
    expect(log.takeTexts()).toEqual([]);
  });
});
