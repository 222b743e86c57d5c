import { defaultWatchPace, defaultWatchRules, FluxDiscovery, removalBoundMs } from '@flux-pg/discovery';
import { describe, expect, test } from 'vitest';
import { API, APP, HOSTING, hostOf, nodesAt, PUBLIC, routedNetwork } from '../../testing/routed-network.ts';
import { added, logWatch, settledWatch } from '../../testing/watch-log.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const JOINED = '8.8.4.9';
const everybody = HOSTING.map((ip) => ({ ip }));
const [first, second, third, fourth] = HOSTING;

describe('A5: the main API is down, the API of the listed nodes is up', () => {
  test('discovery goes on for six hours, nobody is removed, and all is marked as a hint', async () => {
    await using network = await routedNetwork();
    const { client, cut, mend, time } = network;
    await using log = logWatch(new FluxDiscovery({ client, clock: time }), time);
    await time.run(5 * MINUTE_MS);
    const before = log.watch.latest;
    expect(before?.known && before.instances.map(({ hintOnly }) => hintOnly)).toEqual(
      HOSTING.map(() => false),
    );
    expect(log.takeTexts()).toEqual(added(HOSTING));

    cut('refuses', [API]);
    await time.run(6 * HOUR_MS);
    const found = log.watch.latest;
    expect(found).toMatchObject({ known: true, contact: 'nodes' });
    expect(found?.sources).toMatchObject([
      { kind: 'api', trust: 'authenticated', outcome: 'failed', error: { code: 'network' } },
      { kind: 'node', trust: 'hint', outcome: 'listed', count: 4 },
      { kind: 'node', trust: 'hint', outcome: 'listed', count: 4 },
      { kind: 'node', trust: 'hint', outcome: 'listed', count: 4 },
    ]);
    expect(found?.known && found.instances.map(({ hintOnly }) => hintOnly)).toEqual(HOSTING.map(() => true));

    mend();
    await time.run(HOUR_MS);
    expect(log.watch.latest).toMatchObject({ known: true, contact: 'api' });
    expect(log.takeTexts()).toEqual([]);
  });

  test('a new instance is found through the nodes, as a hint', async () => {
    await using network = await routedNetwork();
    const { client, control, cut, time } = network;
    await using log = await settledWatch(new FluxDiscovery({ client, clock: time }), time);
    cut('refuses', [API]);
    await control.setInstances(APP, [...everybody, { ip: JOINED }]);
    await time.run(2 * MINUTE_MS);
    expect(log.take()).toMatchObject([{ kind: 'added', ip: JOINED, hintOnly: true }]);
    await time.run(3 * HOUR_MS);
    expect(log.takeTexts()).toEqual([]);
    expect(log.ips()).toEqual([...HOSTING, JOINED]);
  });

  test('a new instance that one node alone knows of is found, too, and it is said who does not list it', async () => {
    await using network = await routedNetwork();
    const { client, control, cut, time } = network;
    const discovery = new FluxDiscovery({ client, clock: time });
    await discovery.discover(APP);
    cut('refuses', [API]);
    await control.setNodes(
      { ip: first, public: false, apps: { [APP]: [...everybody, { ip: JOINED }] } },
      ...nodesAt([second, third, fourth], { public: false }),
      ...nodesAt(PUBLIC),
    );
    const found = await discovery.discover(APP);
    const joined = found.known && found.instances.find(({ address }) => address.ip === JOINED);
    expect(joined).toMatchObject({
      hintOnly: true,
      listedBy: [{ name: `node ${hostOf(first)}` }],
      missingFrom: [`node ${hostOf(second)}`, `node ${hostOf(third)}`],
    });
  });

  test('a real removal is reported, not before its time and within the bound', async () => {
    await using network = await routedNetwork();
    const { client, control, cut, time } = network;
    await using log = await settledWatch(new FluxDiscovery({ client, clock: time }), time, { jitter: 0 });
    cut('refuses', [API]);
    await time.run(2 * HOUR_MS);
    const lastListedMs = time.nowMs();
    await control.setInstances(
      APP,
      [first, second, third].map((ip) => ({ ip })),
    );
    await time.run(2 * HOUR_MS);
    const reports = log.take();
    expect(reports).toMatchObject([{ kind: 'removed', ip: fourth }]);
    const forMs = (reports[0]?.atMs ?? Number.NaN) - lastListedMs;
    expect(forMs).toBeGreaterThanOrEqual(defaultWatchRules.absentMs);
    expect(forMs).toBeLessThanOrEqual(removalBoundMs(defaultWatchRules, { ...defaultWatchPace, jitter: 0 }));
  });
});

test('A5: one node that alone can be asked, and lists an instance no longer, removes nobody', async () => {
  await using network = await routedNetwork();
  const { client, control, cut, time } = network;
  await using log = await settledWatch(new FluxDiscovery({ client, clock: time }), time);
  cut('refuses', [API, ...[second, third, fourth].map((ip) => hostOf(ip))]);
  await control.setInstances(
    APP,
    [first, second, third].map((ip) => ({ ip })),
  );
  await time.run(6 * HOUR_MS);
  expect(log.watch.latest).toMatchObject({ known: true, contact: 'nodes', instances: [{}, {}, {}] });
  expect(log.takeTexts()).toEqual([]);
  expect(log.ips()).toEqual(HOSTING);
});

describe('A5: which node is asked', () => {
  test('the last that answered comes first', async () => {
    await using network = await routedNetwork();
    const { client, cut, takeCalls, time } = network;
    const discovery = new FluxDiscovery({ client, clock: time, nodes: 1 });
    cut('refuses', [hostOf(first), hostOf(second)]);
    for (let round = 0; round < 3; round += 1) await discovery.discover(APP);
    cut('refuses', [API]);
    takeCalls();
    for (let round = 0; round < 3; round += 1) {
      expect(await discovery.discover(APP)).toMatchObject({ known: true, contact: 'nodes' });
    }
    expect(takeCalls()).toEqual({ [API]: 3, [hostOf(third)]: 3 });
  });

  test.each([3000, 500])(
    'a dead one costs at most the patience of %d ms, and the next time it is passed over',
    async (patienceMs) => {
      await using network = await routedNetwork();
      const { client, cut, takeCalls, time } = network;
      const discovery = new FluxDiscovery({ client, clock: time, patienceMs });
      await discovery.discover(APP);
      cut('refuses', [API]);
      cut('silent', [hostOf(second)]);
      const askedAtMs = time.nowMs();
      const found = await time.during(discovery.discover(APP));
      expect(time.nowMs() - askedAtMs).toBe(patienceMs);
      expect(found).toMatchObject({ known: true, contact: 'nodes' });
      expect(found.sources.map(({ name, outcome }) => `${name} ${outcome}`)).toEqual([
        `https://${API} failed`,
        `node ${hostOf(first)} listed`,
        `node ${hostOf(second)} failed`,
        `node ${hostOf(third)} listed`,
      ]);
      expect(found.sources[2]).toMatchObject({ error: { code: 'timeout' } });

      takeCalls();
      const againAtMs = time.nowMs();
      expect(await time.during(discovery.discover(APP))).toMatchObject({ known: true });
      expect(time.nowMs()).toBe(againAtMs);
      expect(takeCalls()).not.toHaveProperty([hostOf(second)]);
      expect(time.sleepers()).toBe(0);
    },
  );

  test('a dead one that is asked before any is known costs at most the patience, too', async () => {
    await using network = await routedNetwork();
    const { client, cut, time } = network;
    cut('silent', [hostOf(second)]);
    const found = await time.during(new FluxDiscovery({ client, clock: time }).discover(APP));
    expect(found).toMatchObject({ known: true, contact: 'api' });
    expect(time.nowMs()).toBe(3000);
  });

  test('nodes that one incomplete answer leaves out are asked again when that node is gone', async () => {
    await using network = await routedNetwork();
    const { client, control, cut, mend, time } = network;
    const discovery = new FluxDiscovery({ client, clock: time });
    await discovery.discover(APP);
    await control.setNodes(
      ...nodesAt([first, second, fourth], { public: false }),
      { ip: third, public: false, apps: { [APP]: [{ ip: third }] } },
      ...nodesAt(PUBLIC),
    );
    cut('refuses', [API, hostOf(first), hostOf(second)]);
    const incomplete = await discovery.discover(APP);
    expect(incomplete.known && incomplete.instances.map(({ address }) => address.ip)).toEqual([third]);
    mend();
    cut('refuses', [API, hostOf(third)]);
    await discovery.discover(APP);
    expect(await discovery.discover(APP)).toMatchObject({ known: true, contact: 'nodes' });
  });
});
