import { defaultWatchPace, defaultWatchRules, FluxDiscovery, removalBoundMs } from '@flux-pg/discovery';
import { describe, expect, test } from 'vitest';
import {
  APP,
  HOSTING,
  hostOf,
  nodesAt,
  type RoutedNetwork,
  routedNetwork,
} from '../../testing/routed-network.ts';
import { added, logWatch, settledWatch } from '../../testing/watch-log.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const FRESH = '8.21.0.1';
const STALE = '8.22.0.1';
const JOINED = '8.8.4.9';

const everybody = HOSTING.map((ip) => ({ ip }));
const [gone, ...staying] = HOSTING;

/** Behind the public endpoint, two databases take turns, and one shows the network as it was an hour ago. */
async function alternatingNetwork(): Promise<RoutedNetwork> {
  const network = await routedNetwork();
  await network.control.setNodes(
    ...nodesAt(HOSTING, { public: false }),
    { ip: FRESH },
    { ip: STALE, lagMs: HOUR_MS },
  );
  return network;
}

/** When the public endpoint last gave the stale database's answer before a moment. */
async function lastStaleAnswerMs({ control, time }: RoutedNetwork, beforeMs: number): Promise<number> {
  const startMs = time.wallMs() - time.nowMs();
  const times = (await control.requests())
    .filter(({ node }) => node === hostOf(STALE))
    .map((request) => Date.parse(request.time) - startMs)
    .filter((ms) => ms < beforeMs);
  expect(times.length).toBeGreaterThan(0);
  return Math.max(...times);
}

describe.each([
  ['the public API alone', { nodes: 0 }],
  ['the public API and the listed nodes', {}],
])('A3: two databases take turns, one stale by an hour (%s)', (_sources, options) => {
  test('nothing flaps for six hours, and both have been asked', async () => {
    await using network = await alternatingNetwork();
    const { client, control, time } = network;
    await using _log = await settledWatch(new FluxDiscovery({ client, clock: time, ...options }), time, {
      forMs: 6 * HOUR_MS,
    });
    const asked = new Set((await control.requests()).map(({ node }) => node));
    expect(asked).toContain(hostOf(FRESH));
    expect(asked).toContain(hostOf(STALE));
  });

  test('a new instance is reported once', async () => {
    await using network = await alternatingNetwork();
    const { client, control, time } = network;
    await using log = await settledWatch(new FluxDiscovery({ client, clock: time, ...options }), time, {
      forMs: 90 * MINUTE_MS,
    });
    await control.setInstances(APP, [...everybody, { ip: JOINED }]);
    await time.run(3 * MINUTE_MS);
    expect(log.takeTexts()).toEqual(added([JOINED]));
    await time.run(6 * HOUR_MS);
    expect(log.takeTexts()).toEqual([]);
    expect(log.ips()).toEqual([...HOSTING, JOINED]);
  });

  test('a redeployed app is reported as changed once for each instance', async () => {
    await using network = await alternatingNetwork();
    const { client, control, time } = network;
    await using log = await settledWatch(new FluxDiscovery({ client, clock: time, ...options }), time, {
      forMs: 90 * MINUTE_MS,
    });
    await control.setInstances(
      APP,
      everybody.map((instance) => ({ ...instance, hash: 'f00d' })),
    );
    await time.run(6 * HOUR_MS);
    expect(log.takeTexts()).toEqual(HOSTING.map((ip) => `changed ${ip}`));
    expect(new Set(log.watch.listing.map(({ location }) => location.hash))).toEqual(new Set(['f00d']));
  });

  test('a real removal is reported once, not before its time and within the bound', async () => {
    await using network = await alternatingNetwork();
    const { client, control, time } = network;
    await using log = await settledWatch(new FluxDiscovery({ client, clock: time, ...options }), time, {
      forMs: 90 * MINUTE_MS,
    });
    await control.setInstances(
      APP,
      staying.map((ip) => ({ ip })),
    );
    const vanishedMs = time.nowMs() + HOUR_MS;
    await time.run(HOUR_MS);
    // The stale database still lists it, so it is not gone.
    expect(log.takeTexts()).toEqual([]);
    const lastListedMs = await lastStaleAnswerMs(network, vanishedMs);
    expect(vanishedMs - lastListedMs).toBeLessThan(5 * MINUTE_MS);
    await time.run(3 * HOUR_MS);
    const reports = log.take();
    expect(reports.map(({ kind, ip }) => `${kind} ${ip}`)).toEqual([`removed ${gone}`]);
    const removedMs = reports[0]?.atMs ?? Number.NaN;
    expect(removedMs - lastListedMs).toBeGreaterThanOrEqual(defaultWatchRules.absentMs);
    expect(removedMs - vanishedMs).toBeLessThanOrEqual(removalBoundMs(defaultWatchRules, defaultWatchPace));
    expect(log.ips()).toEqual(staying);
  });

  test('an instance that only the stale database has ever shown comes once and goes once', async () => {
    await using network = await alternatingNetwork();
    const { client, control, time } = network;
    await control.setInstances(APP, [...everybody, { ip: JOINED }]);
    await time.run(2 * HOUR_MS);
    await control.setInstances(APP, everybody);
    await using log = logWatch(new FluxDiscovery({ client, clock: time, ...options }), time);
    await time.run(6 * HOUR_MS);
    expect([...log.takeTexts()].sort()).toEqual([...added([...HOSTING, JOINED]), `removed ${JOINED}`]);
  });
});

test('A3: a database that has stopped keeps a row no longer than the network does', async () => {
  await using network = await alternatingNetwork();
  const { client, control, time } = network;
  await using log = await settledWatch(new FluxDiscovery({ client, clock: time, nodes: 0 }), time, {
    forMs: 90 * MINUTE_MS,
  });
  const broadcastedAt = new Date(time.wallMs()).toISOString();
  await control.setNodes(
    ...nodesAt(HOSTING, { public: false }),
    { ip: FRESH },
    {
      ip: STALE,
      apps: { [APP]: everybody.map((instance) => ({ ...instance, broadcastedAt, runningSince: null })) },
    },
  );
  await control.setInstances(
    APP,
    staying.map((ip) => ({ ip })),
  );
  await time.run(90 * MINUTE_MS);
  expect(log.takeTexts()).toEqual([]);
  await time.run(3 * HOUR_MS);
  expect(log.takeTexts()).toEqual([`removed ${gone}`]);
  expect(log.ips()).toEqual(staying);
});
