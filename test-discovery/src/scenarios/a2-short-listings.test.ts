import { FluxDiscovery } from '@flux-pg/discovery';
import type { FaultInput } from '@flux-pg/mock-flux';
import { expect, test } from 'vitest';
import {
  APP,
  addressOf,
  HOSTING,
  hostOf,
  nodesAt,
  PUBLIC,
  routedNetwork,
} from '../../testing/routed-network.ts';
import { settledWatch } from '../../testing/watch-log.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

const publicFault = (kind: FaultInput['kind']): FaultInput => {
  const [first, ...rest] = PUBLIC;
  return { kind, nodes: [hostOf(first), ...rest.map((ip) => hostOf(ip))] };
};

test('A2: three hours of empty answers from everybody remove nobody, and nothing flaps afterwards', async () => {
  await using network = await routedNetwork();
  const { client, control, time } = network;
  await using log = await settledWatch(new FluxDiscovery({ client, clock: time }), time);
  await control.setFaults({ kind: 'empty' });
  await time.run(3 * HOUR_MS);
  expect(log.watch.latest).toMatchObject({ known: false, why: 'empty', contact: 'api' });
  expect(log.takeTexts()).toEqual([]);
  expect(log.ips()).toEqual(HOSTING);
  await control.clearFaults();
  await time.run(15 * MINUTE_MS);
  expect(log.watch.latest).toMatchObject({ known: true });
  expect(log.takeTexts()).toEqual([]);
});

test('A2: empty answers from the public API alone for three hours change nothing', async () => {
  await using network = await routedNetwork();
  const { client, control, time } = network;
  await using log = await settledWatch(new FluxDiscovery({ client, clock: time }), time);
  await control.setFaults(publicFault('empty'));
  await time.run(3 * HOUR_MS);
  const found = log.watch.latest;
  expect(found).toMatchObject({ known: true, contact: 'api' });
  expect(found?.sources[0]).toMatchObject({ kind: 'api', outcome: 'empty', count: 0 });
  // Whoever lists nobody does not speak against those that others list.
  expect(found?.known && found.instances.map(({ missingFrom }) => missingFrom)).toEqual(
    HOSTING.map(() => []),
  );
  expect(log.takeTexts()).toEqual([]);
});

test('A2: only empty answers are no knowledge, and not a listing without instances', async () => {
  await using network = await routedNetwork();
  const { client, control, cut, time } = network;
  const knownNodes = HOSTING.map(addressOf);
  await control.setFaults({ kind: 'empty' });
  const empty = await new FluxDiscovery({ client, clock: time, knownNodes }).discover(APP);
  expect(empty).toMatchObject({ known: false, why: 'empty', contact: 'api' });
  expect(empty).not.toHaveProperty('instances');
  expect(empty.sources.map(({ outcome }) => outcome)).toEqual(['empty', 'empty', 'empty', 'empty']);

  cut('refuses', [hostOf(HOSTING[0])]);
  const some = await new FluxDiscovery({ client, clock: time, knownNodes }).discover(APP);
  expect(some).toMatchObject({ known: false, why: 'empty' });
  expect(some.sources.map(({ outcome }) => outcome)).toEqual(['empty', 'failed', 'empty', 'empty']);
});

test('A2: an unknown app is no knowledge either', async () => {
  await using network = await routedNetwork();
  const { client, time } = network;
  const found = await new FluxDiscovery({ client, clock: time }).discover('nosuchapp');
  expect(found).toMatchObject({ known: false, why: 'empty', contact: 'api' });
});

test.each([
  ['the public API alone', { nodes: 0 }],
  ['the public API and the nodes', {}],
])('A2: a listing that is halved once removes nobody (%s)', async (_sources, discovery) => {
  await using network = await routedNetwork();
  const { client, control, time } = network;
  await using log = await settledWatch(new FluxDiscovery({ client, clock: time, ...discovery }), time, {
    jitter: 0,
  });
  await control.setFaults({ kind: 'halved' });
  await time.run(MINUTE_MS);
  const halved = log.watch.latest;
  expect(halved?.known && halved.instances).toHaveLength(2);
  await control.clearFaults();
  await time.run(HOUR_MS);
  const whole = log.watch.latest;
  expect(whole?.known && whole.instances).toHaveLength(4);
  expect(log.takeTexts()).toEqual([]);
});

test('A2: everybody halving the listing for most of the grace removes nobody', async () => {
  await using network = await routedNetwork();
  const { client, control, time } = network;
  await using log = await settledWatch(new FluxDiscovery({ client, clock: time }), time);
  await control.setFaults({ kind: 'halved' });
  await time.run(8 * MINUTE_MS);
  await control.clearFaults();
  await time.run(HOUR_MS);
  expect(log.takeTexts()).toEqual([]);
  expect(log.ips()).toEqual(HOSTING);
});

test('A2: a public API that halves the listing for three hours removes nobody whom the nodes list', async () => {
  await using network = await routedNetwork();
  const { client, control, time } = network;
  await using log = await settledWatch(new FluxDiscovery({ client, clock: time }), time);
  await control.setFaults(publicFault('halved'));
  await time.run(3 * HOUR_MS);
  const found = log.watch.latest;
  expect(found?.sources[0]).toMatchObject({ kind: 'api', outcome: 'listed', count: 2 });
  expect(found?.known && found.instances.map(({ missingFrom }) => missingFrom.length)).toEqual([0, 0, 1, 1]);
  expect(log.takeTexts()).toEqual([]);
});

test('A2: less than half of the listing, by everybody and for most of the longer grace, removes nobody', async () => {
  await using network = await routedNetwork();
  const { client, control, time } = network;
  await using log = await settledWatch(new FluxDiscovery({ client, clock: time }), time);
  await control.setNodes(
    ...nodesAt(HOSTING, { public: false, apps: { [APP]: [{ ip: HOSTING[0] }] } }),
    ...nodesAt(PUBLIC, { apps: { [APP]: [{ ip: HOSTING[0] }] } }),
  );
  await time.run(55 * MINUTE_MS);
  const short = log.watch.latest;
  expect(short?.known && short.instances.map(({ address }) => address.ip)).toEqual([HOSTING[0]]);
  expect(log.takeTexts()).toEqual([]);
  expect(log.ips()).toEqual(HOSTING);
  await control.setNodes(...nodesAt(HOSTING, { public: false }), ...nodesAt(PUBLIC));
  await time.run(HOUR_MS);
  expect(log.takeTexts()).toEqual([]);
  expect(log.watch.latest?.contact).toBe('api');
});

test.each(HOSTING)('A2: a listing without oneself, once, removes nobody (%s)', async (self) => {
  await using network = await routedNetwork();
  const { client, control, time } = network;
  await using log = await settledWatch(new FluxDiscovery({ client, clock: time }), time, { jitter: 0 });
  const others = HOSTING.filter((ip) => ip !== self);
  await control.setView(
    APP,
    '127.0.0.1',
    others.map((ip) => ({ ip })),
  );
  await time.run(MINUTE_MS);
  const without = log.watch.latest;
  expect(without?.known && without.instances.map(({ address }) => address.ip)).toEqual(others);
  expect(log.ips()).toEqual(HOSTING);
  await control.clearViews(APP);
  await time.run(HOUR_MS);
  expect(log.takeTexts()).toEqual([]);
  expect(log.ips()).toEqual(HOSTING);
});
