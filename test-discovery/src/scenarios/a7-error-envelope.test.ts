import { FluxDiscovery } from '@flux-pg/discovery';
import { describe, expect, test } from 'vitest';
import {
  APP,
  addressOf,
  HOSTING,
  hostOf,
  PUBLIC,
  type RoutedNetwork,
  routedNetwork,
} from '../../testing/routed-network.ts';
import { added, logWatch, settledWatch } from '../../testing/watch-log.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const FLUX_CACHE_MS = 30_000;

const envelopeError = {
  code: 'envelope',
  status: 200,
  reason: 'Flux answers with an error: Database is not available',
};

describe('A7: an error envelope with HTTP 200', () => {
  test('is a failure of each source, and no empty listing', async () => {
    await using network = await routedNetwork();
    const { client, control, time } = network;
    await control.setFaults({ kind: 'error-envelope' });
    const knownNodes = HOSTING.map(addressOf);
    const found = await new FluxDiscovery({ client, clock: time, knownNodes }).discover(APP);
    expect(found).toMatchObject({ known: false, why: 'failed', contact: 'none' });
    expect(found).not.toHaveProperty('instances');
    expect(found.sources).toHaveLength(4);
    for (const source of found.sources) {
      expect(source).toMatchObject({ outcome: 'failed', error: envelopeError });
    }
  });

  test('is an error of every call', async () => {
    await using network = await routedNetwork();
    const { client, control } = network;
    await control.setSpecification(APP, { instances: 4 });
    const calls = () => [
      client.locations(APP),
      client.specification(APP),
      client.fluxNodes(),
      client.version(HOSTING[0]),
      client.runningApps(HOSTING[0]),
    ];
    await Promise.all(calls());
    await control.setFaults({ kind: 'error-envelope' });
    for (const outcome of await Promise.allSettled(calls())) {
      expect(outcome).toMatchObject({ status: 'rejected', reason: envelopeError });
    }
  });

  test('for longer than every grace removes nobody, and nothing flaps afterwards', async () => {
    await using network = await routedNetwork();
    const { client, control, time } = network;
    await using log = await settledWatch(new FluxDiscovery({ client, clock: time }), time);
    await control.setFaults({ kind: 'error-envelope' });
    await time.run(3 * HOUR_MS);
    expect(log.watch.latest).toMatchObject({ known: false, why: 'failed', contact: 'none' });
    await control.clearFaults();
    await time.run(15 * MINUTE_MS);
    expect(log.watch.latest).toMatchObject({ known: true, contact: 'api' });
    expect(log.takeTexts()).toEqual([]);
    expect(log.ips()).toEqual(HOSTING);
  });

  test('from some databases behind the public endpoint costs nobody anything', async () => {
    await using network = await routedNetwork();
    const { client, control, time } = network;
    await using log = await settledWatch(new FluxDiscovery({ client, clock: time, nodes: 0 }), time);
    await control.setFaults({ kind: 'error-envelope', nodes: [hostOf(PUBLIC[0]), hostOf(PUBLIC[2])] });
    await time.run(3 * HOUR_MS);
    expect(log.takeTexts()).toEqual([]);
    expect(log.ips()).toEqual(HOSTING);
  });
});

describe('A7: an error envelope that a node gives again from its cache', () => {
  /** One database behind the public endpoint, which has given one error. */
  async function networkWithCachedError(): Promise<RoutedNetwork> {
    const network = await routedNetwork();
    await network.control.setNodes({ ip: PUBLIC[0] });
    await network.control.setCache(FLUX_CACHE_MS);
    await network.control.setFaults({ kind: 'error-envelope', remaining: 1 });
    const found = await new FluxDiscovery({ client: network.client, clock: network.time, nodes: 0 }).discover(
      APP,
    );
    expect(found.sources).toMatchObject([{ outcome: 'failed', error: envelopeError }]);
    return network;
  }

  test('is a failure each time, until the cache lets go of it', async () => {
    await using network = await networkWithCachedError();
    const { client, control, time } = network;
    const discovery = new FluxDiscovery({ client, clock: time, nodes: 0 });
    await time.run(FLUX_CACHE_MS - 1);
    const cached = await discovery.discover(APP);
    expect(cached).toMatchObject({ known: false, why: 'failed', contact: 'none' });
    expect(cached.sources).toMatchObject([{ outcome: 'failed', error: envelopeError }]);
    await time.run(1);
    expect(await discovery.discover(APP)).toMatchObject({ known: true, contact: 'api' });
    expect(await control.requests()).toHaveLength(3);
  });

  test('is passed over by a client that bypasses the cache', async () => {
    await using network = await networkWithCachedError();
    const { clientWith, time } = network;
    const client = clientWith({ bypassCache: true });
    const found = await new FluxDiscovery({ client, clock: time, nodes: 0 }).discover(APP);
    expect(found).toMatchObject({ known: true, contact: 'api' });
    expect(found.known && found.instances.map(({ address }) => address.ip)).toEqual(HOSTING);
  });

  test('makes a watch wait, and everybody is reported afterwards', async () => {
    await using network = await networkWithCachedError();
    const { client, time } = network;
    await using log = logWatch(new FluxDiscovery({ client, clock: time, nodes: 0 }), time, {
      intervalMs: 5000,
    });
    await time.run(20_000);
    expect(log.watch.latest).toMatchObject({ known: false, why: 'failed' });
    expect(log.takeTexts()).toEqual([]);
    await time.run(5 * MINUTE_MS);
    expect(log.takeTexts()).toEqual(added(HOSTING));
  });
});
