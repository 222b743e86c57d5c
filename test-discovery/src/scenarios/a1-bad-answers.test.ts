import { FluxDiscovery } from '@flux-pg/discovery';
import type { FaultInput } from '@flux-pg/mock-flux';
import { describe, expect, test } from 'vitest';
import {
  API,
  APP,
  HOSTING,
  hostOf,
  PUBLIC,
  type RoutedNetwork,
  routedNetwork,
} from '../../testing/routed-network.ts';
import { settledWatch } from '../../testing/watch-log.ts';

const MINUTE_MS = 60_000;
/** Longer than the longest time of absence in the rules. */
const OUTAGE_MS = 65 * MINUTE_MS;
/** The size that a body may have, and what may have arrived with its last part. */
const READ_BOUND_BYTES = 1024 * 1024 + 128 * 1024;

const publicHosts = PUBLIC.map((ip) => hostOf(ip));
const hostingHosts = HOSTING.map((ip) => hostOf(ip));

interface BadAnswer {
  readonly what: string;
  readonly code: string;
  readonly fault: FaultInput | 'refuses';
}

const badAnswers: readonly BadAnswer[] = [
  { what: 'HTTP 500', code: 'http', fault: { kind: 'http-status', status: 500 } },
  { what: 'no answer at all', code: 'timeout', fault: { kind: 'hang' } },
  { what: 'refused connections', code: 'network', fault: 'refuses' },
  { what: 'connections cut in the middle', code: 'network', fault: { kind: 'reset' } },
  { what: 'HTML', code: 'schema', fault: { kind: 'html' } },
  { what: 'truncated JSON', code: 'schema', fault: { kind: 'truncated' } },
  { what: 'data: null', code: 'schema', fault: { kind: 'data-null' } },
  { what: 'wrong types', code: 'schema', fault: { kind: 'wrong-types' } },
  { what: '10 MB', code: 'too-large', fault: { kind: 'huge' } },
  { what: '50 000 entries', code: 'too-large', fault: { kind: 'many-entries' } },
  { what: 'deep nesting', code: 'schema', fault: { kind: 'deep-nesting' } },
];

async function networkFor({ fault }: BadAnswer): Promise<RoutedNetwork> {
  const waits = fault !== 'refuses' && fault.kind === 'hang';
  return await routedNetwork(waits ? { requestTimeoutMs: 250 } : {});
}

async function breakAll({ control, cut }: RoutedNetwork, { fault }: BadAnswer): Promise<void> {
  if (fault === 'refuses') cut('refuses', [API, ...hostingHosts]);
  else await control.setFaults(fault);
}

async function breakApi({ control, cut }: RoutedNetwork, { fault }: BadAnswer): Promise<void> {
  if (fault === 'refuses') cut('refuses', [API]);
  else await control.setFaults({ ...fault, nodes: [publicHosts[0] ?? '', ...publicHosts.slice(1)] });
}

async function repair({ control, mend }: RoutedNetwork): Promise<void> {
  mend();
  await control.clearFaults();
}

// Some of these answers are large, and some only end with a real timeout.
describe.each(badAnswers)('A1: $what', { timeout: 60_000 }, (bad) => {
  test('from every source, for longer than every grace: nobody is removed, and nothing flaps afterwards', async () => {
    await using network = await networkFor(bad);
    const { client, time } = network;
    const discovery = new FluxDiscovery({ client, clock: time });
    await using log = await settledWatch(discovery, time);

    await breakAll(network, bad);
    await time.run(OUTAGE_MS);
    expect(log.watch.latest).toMatchObject({ known: false, why: 'failed', contact: 'none' });
    const found = await discovery.discover(APP);
    expect(found).toMatchObject({ known: false, why: 'failed', contact: 'none' });
    expect(found).not.toHaveProperty('instances');
    expect(found.sources.map(({ kind }) => kind)).toEqual(['api', 'node', 'node', 'node']);
    for (const source of found.sources) {
      expect(source, source.name).toMatchObject({ outcome: 'failed', error: { code: bad.code } });
    }
    expect(log.takeTexts()).toEqual([]);
    expect(log.ips()).toEqual(HOSTING);
    expect(network.largestReadBytes()).toBeLessThan(READ_BOUND_BYTES);

    await repair(network);
    await time.run(15 * MINUTE_MS);
    expect(log.watch.latest).toMatchObject({ known: true, contact: 'api' });
    expect(log.takeTexts()).toEqual([]);
    expect(log.ips()).toEqual(HOSTING);
  });

  test('from the public API alone: the listed nodes carry on', async () => {
    await using network = await networkFor(bad);
    const { client, time } = network;
    const discovery = new FluxDiscovery({ client, clock: time });
    await using log = await settledWatch(discovery, time);

    await breakApi(network, bad);
    await time.run(12 * MINUTE_MS);
    const found = log.watch.latest;
    expect(found).toMatchObject({ known: true, contact: 'nodes' });
    expect(found?.sources[0]).toMatchObject({ kind: 'api', outcome: 'failed', error: { code: bad.code } });
    expect(found?.known && found.instances.map(({ address, hintOnly }) => [address.ip, hintOnly])).toEqual(
      HOSTING.map((ip) => [ip, true]),
    );
    expect(log.takeTexts()).toEqual([]);

    await repair(network);
    await time.run(15 * MINUTE_MS);
    const after = log.watch.latest;
    expect(after).toMatchObject({ known: true, contact: 'api' });
    expect(after?.known && after.instances.map(({ hintOnly }) => hintOnly)).toEqual(HOSTING.map(() => false));
    expect(log.takeTexts()).toEqual([]);
  });
});

test('A1: 50 000 entries are too many where their size would be allowed', async () => {
  await using network = await routedNetwork({ maxBodyBytes: 100_000_000 });
  const { client, control, time } = network;
  await control.setFaults({ kind: 'many-entries' });
  const found = await new FluxDiscovery({ client, clock: time }).discover(APP);
  expect(found).toMatchObject({
    known: false,
    why: 'failed',
    sources: [{ error: { code: 'too-large', reason: '50000 entries, more than 1000' } }],
  });
});

test('A1: an API that keeps silent costs the patience and no more', async () => {
  await using network = await routedNetwork();
  const { client, cut, time } = network;
  const discovery = new FluxDiscovery({ client, clock: time, patienceMs: 2000 });
  await time.during(discovery.discover(APP));
  cut('silent', [API]);
  const askedAtMs = time.nowMs();
  const found = await time.during(discovery.discover(APP));
  expect(time.nowMs() - askedAtMs).toBe(2000);
  expect(found).toMatchObject({ known: true, contact: 'nodes' });
  expect(found.sources[0]).toMatchObject({ outcome: 'failed', error: { code: 'timeout' } });
});
