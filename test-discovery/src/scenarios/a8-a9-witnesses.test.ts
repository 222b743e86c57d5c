import {
  chooseWitnesses,
  defaultWatchPace,
  defaultWatchRules,
  FluxDiscovery,
  type FluxNode,
  removalBoundMs,
} from '@flux-pg/discovery';
import { describe, expect, test } from 'vitest';
import {
  API,
  APP,
  addressOf,
  HOSTING,
  hostOf,
  nodesAt,
  PUBLIC,
  type RoutedNetwork,
  routedNetwork,
} from '../../testing/routed-network.ts';
import { settledWatch } from '../../testing/watch-log.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
/** Other nodes of the network, which neither run the app nor stand behind the public endpoint. */
const STRANGERS = Array.from({ length: 12 }, (_, index) => `8.${100 + index}.0.1`);
const [first, second, third, fourth] = HOSTING;
const hostingHosts = HOSTING.map((ip) => hostOf(ip));

function hostsOf(witnesses: readonly FluxNode[]): readonly string[] {
  return witnesses.map(({ address }) => hostOf(address.ip, address.apiPort));
}

/** A network with strangers, of whom some have been chosen as witnesses while the node list could be had. */
async function networkWithWitnesses() {
  const network: RoutedNetwork = await routedNetwork();
  const { client, control, time } = network;
  await control.setNodes(
    ...nodesAt(HOSTING, { public: false }),
    ...nodesAt(PUBLIC),
    ...nodesAt(STRANGERS, { public: false }),
  );
  const { nodes } = await client.fluxNodes();
  const witnesses = chooseWitnesses(nodes, { seed: APP, exclude: HOSTING.map(addressOf) });
  const addresses = witnesses.map(({ address }) => address);
  const discovery = new FluxDiscovery({ client, clock: time, witnesses: () => addresses });
  return { ...network, nodes, witnesses, discovery };
}

describe('A9: the public API and all listed nodes are down for longer than every grace', () => {
  test('witnesses are nine nodes of different networks that do not run the app', async () => {
    await using network = await networkWithWitnesses();
    const { nodes, witnesses } = network;
    expect(nodes).toHaveLength(HOSTING.length + PUBLIC.length + STRANGERS.length);
    expect(witnesses).toHaveLength(9);
    const ips = witnesses.map(({ address }) => address.ip);
    expect(ips.filter((ip) => HOSTING.some((hosting) => hosting === ip))).toEqual([]);
    expect(new Set(ips.map((ip) => ip.split('.').slice(0, 2).join('.')))).toHaveProperty('size', 9);
  });

  test('witnesses that answer show that the outage is there and not here; nobody is removed', async () => {
    await using network = await networkWithWitnesses();
    const { cut, discovery, mend, time } = network;
    await using log = await settledWatch(discovery, time);

    cut('refuses', [API]);
    cut('silent', hostingHosts);
    await time.run(3 * HOUR_MS);
    const found = log.watch.latest;
    expect(found).toMatchObject({ known: true, contact: 'nodes' });
    const outcomes = (kind: string) =>
      found?.sources.filter((source) => source.kind === kind).map(({ outcome }) => outcome);
    expect(outcomes('api')).toEqual(['failed']);
    expect(outcomes('witness')).toEqual(Array.from({ length: 9 }, () => 'listed'));
    expect(outcomes('node')).toEqual(['failed', 'failed', 'failed']);
    expect(log.takeTexts()).toEqual([]);

    mend();
    await time.run(HOUR_MS);
    expect(log.watch.latest).toMatchObject({ known: true, contact: 'api' });
    expect(log.takeTexts()).toEqual([]);
  });

  test('one witness is enough to tell the two apart', async () => {
    await using network = await networkWithWitnesses();
    const { cut, discovery, time, witnesses } = network;
    cut('refuses', [API, ...hostingHosts, ...hostsOf(witnesses).slice(1)]);
    const found = await time.during(discovery.discover(APP));
    expect(found).toMatchObject({ known: true, contact: 'nodes' });
    expect(found.sources.filter(({ outcome }) => outcome !== 'failed')).toHaveLength(1);
  });

  test('witnesses that list nobody are contact, but no knowledge', async () => {
    await using network = await networkWithWitnesses();
    const { control, cut, discovery, time } = network;
    await using log = await settledWatch(discovery, time);
    cut('refuses', [API, ...hostingHosts]);
    await control.setFaults({ kind: 'empty' });
    await time.run(3 * HOUR_MS);
    expect(log.watch.latest).toMatchObject({ known: false, why: 'empty', contact: 'nodes' });
    expect(log.takeTexts()).toEqual([]);
    expect(log.ips()).toEqual(HOSTING);
  });

  test('a caller whom nobody answers has no contact, removes nobody, and finds all as it was', async () => {
    await using network = await networkWithWitnesses();
    const { cut, discovery, mend, time, witnesses } = network;
    await using log = await settledWatch(discovery, time);
    cut('refuses', [API, ...hostingHosts, ...hostsOf(witnesses)]);
    await time.run(3 * HOUR_MS);
    expect(log.watch.latest).toMatchObject({ known: false, why: 'failed', contact: 'none' });
    expect(log.watch.latest?.sources).toHaveLength(1 + 9 + 3);
    mend();
    await time.run(HOUR_MS);
    expect(log.watch.latest).toMatchObject({ known: true, contact: 'api' });
    expect(log.takeTexts()).toEqual([]);
    expect(log.ips()).toEqual(HOSTING);
  });
});

test('A8: a row that two sources keep for an hour stays listed with who says so, and goes within the bound', async () => {
  await using network = await routedNetwork();
  const { client, control, time } = network;
  await control.setNodes(
    ...nodesAt([first, second], { public: false, lagMs: HOUR_MS }),
    ...nodesAt([third, fourth], { public: false }),
    ...nodesAt(PUBLIC),
  );
  await using log = await settledWatch(new FluxDiscovery({ client, clock: time }), time, {
    forMs: 2 * HOUR_MS,
    jitter: 0,
  });
  const left = [first, second, third];
  await control.setInstances(
    APP,
    left.map((ip) => ({ ip })),
  );
  const vanishedMs = time.nowMs() + HOUR_MS;
  await time.run(HOUR_MS);
  const during = log.watch.listing.find(({ address }) => address.ip === fourth);
  expect(during?.listedBy.map(({ name }) => name)).toEqual([
    `node ${hostOf(first)}`,
    `node ${hostOf(second)}`,
  ]);
  expect(during?.missingFrom).toEqual([`https://${API}`, `node ${hostOf(third)}`]);
  expect(during?.hintOnly).toBe(true);
  expect(log.takeTexts()).toEqual([]);

  await time.run(2 * HOUR_MS);
  const reports = log.take();
  expect(reports).toMatchObject([{ kind: 'removed', ip: fourth }]);
  const removedMs = reports[0]?.atMs ?? Number.NaN;
  const pace = { ...defaultWatchPace, jitter: 0 };
  const lastListedMs = vanishedMs - pace.intervalMs;
  expect(removedMs - lastListedMs).toBeGreaterThanOrEqual(defaultWatchRules.absentMs);
  expect(removedMs - vanishedMs).toBeLessThanOrEqual(removalBoundMs(defaultWatchRules, pace));
});
