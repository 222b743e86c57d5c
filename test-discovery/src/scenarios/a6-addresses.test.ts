import { FluxDiscovery } from '@flux-pg/discovery';
import { expect, test } from 'vitest';
import { API, APP, HOSTING, hostOf, nodesAt, PUBLIC, routedNetwork } from '../../testing/routed-network.ts';
import { settledWatch } from '../../testing/watch-log.ts';

const HOUR_MS = 3_600_000;
const [first, second, third, fourth] = HOSTING;
const IPV6 = '2001:4860::1';

/** What a listing may contain that is no address of a peer, and why. */
const unusable: readonly (readonly [ip: string, reason: string])[] = [
  ['10.0.0.5', 'a private address'],
  ['192.168.1.7:16137', 'a private address'],
  ['172.16.0.1', 'a private address'],
  ['fd00::1', 'a private address'],
  ['::ffff:10.0.0.1', 'a private address'],
  ['127.0.0.1', 'a loopback address'],
  ['::1', 'a loopback address'],
  ['[::1]:16127', 'a loopback address'],
  ['0.0.0.0', 'an unspecified address'],
  ['169.254.169.254', 'a link-local address'],
  ['fe80::1', 'a link-local address'],
  ['100.64.0.1', 'a carrier-grade NAT address'],
  ['224.0.0.1', 'a multicast address'],
  ['255.255.255.255', 'a reserved address'],
  ['203.0.113.5', 'a documentation address'],
  ['2001:db8::1', 'a documentation address'],
  ['999.8.4.9', 'not an IP address'],
  ['8.8.4', 'not an IP address'],
  ['08.8.4.9', 'not an IP address'],
  [' 8.8.4.9', 'not an IP address'],
  ['8.8.4.9/24', 'not an IP address'],
  ['localhost', 'not an IP address'],
  ['node.example:16127', 'not an IP address'],
  ['http://8.8.4.9', 'not an IP address'],
  ['fe80::1%eth0', 'not an IP address'],
  ['8.8.4.9:0', 'not a port number'],
  ['8.8.4.9:65536', 'not a port number'],
  ['8.8.4.9:016127', 'not a port number'],
  ['8.8.4.9:', 'not a port number'],
  ['8.8.4.9:x', 'not a port number'],
  ['1'.repeat(80), 'longer than any address'],
];

const usable: readonly (readonly [ip: string, host: string])[] = [
  [first, hostOf(first)],
  [`${second}:16137`, hostOf(second, 16_137)],
  [`${third}:16127`, hostOf(third)],
  [`[${IPV6}]:16147`, hostOf(IPV6, 16_147)],
  ['2001:4860:0:0::2', hostOf('2001:4860::2')],
];

/** The same as the first of the usable ones. */
const duplicates = [first, `${first}:16127`, `::ffff:${first}`];

function rowText(ip: string): string {
  return `name=${APP} ip=${ip.length > 32 ? `${ip.slice(0, 32)}...` : ip}`;
}

test('A6: usable rows become instances, each other one is refused with its reason, and nobody calls it', async () => {
  await using network = await routedNetwork();
  const { client, control, takeCalls, time } = network;
  await control.setInstances(APP, [
    ...unusable.map(([ip]) => ({ ip })),
    { ip: fourth, name: 'otherapp' },
    ...usable.map(([ip]) => ({ ip })),
    ...duplicates.map((ip) => ({ ip })),
  ]);
  const found = await new FluxDiscovery({ client, clock: time, nodes: 100 }).discover(APP);
  expect(found.known && found.instances.map(({ address }) => hostOf(address.ip, address.apiPort))).toEqual(
    usable.map(([, host]) => host),
  );
  const rejected = [
    ...unusable.map(([ip, reason]) => ({ row: rowText(ip), reason })),
    { row: `name=otherapp ip=${fourth}`, reason: 'a row of another app' },
  ];
  const [api] = found.sources;
  expect(api?.outcome === 'listed' && api.count).toBe(usable.length);
  expect(api?.outcome === 'listed' && api.rejected).toEqual(rejected);
  expect(Object.keys(takeCalls()).sort()).toEqual([API, ...usable.map(([, host]) => host)].sort());
});

test('A6: a watch never reports what a listing contains besides', async () => {
  await using network = await routedNetwork();
  const { client, control, time } = network;
  await using log = await settledWatch(new FluxDiscovery({ client, clock: time }), time, { forMs: HOUR_MS });
  await control.setInstances(APP, [
    ...HOSTING.map((ip) => ({ ip })),
    ...unusable.map(([ip]) => ({ ip })),
    ...HOSTING.map((ip) => ({ ip, apiPort: 16_127 })),
  ]);
  await time.run(3 * HOUR_MS);
  expect(log.takeTexts()).toEqual([]);
  expect(log.ips()).toEqual(HOSTING);
});

test('A6: a listing of unusable rows alone is a failure, and no empty listing', async () => {
  await using network = await routedNetwork();
  const { client, control, time } = network;
  await control.setInstances(APP, [{ ip: '10.0.0.5' }, { ip: 'localhost' }]);
  const found = await new FluxDiscovery({ client, clock: time }).discover(APP);
  expect(found).toMatchObject({ known: false, why: 'failed', contact: 'none' });
  const reason = `none of 2 rows is usable, the first is ${rowText('10.0.0.5')}: a private address`;
  expect(found.sources).toMatchObject([{ outcome: 'failed', error: { code: 'schema', reason } }]);
});

test('A6: private addresses are taken by a client that allows them, those where no peer can be are not', async () => {
  await using network = await routedNetwork({ allowPrivateAddresses: true });
  const { client, control, time } = network;
  const mixed = ['10.0.0.5', '127.0.0.1', '0.0.0.0', '224.0.0.1', '255.255.255.255', '::1'];
  await control.setInstances(
    APP,
    mixed.map((ip) => ({ ip })),
  );
  const found = await new FluxDiscovery({ client, clock: time, nodes: 0 }).discover(APP);
  expect(found.known && found.instances.map(({ address }) => address.ip)).toEqual(['10.0.0.5']);
  const [api] = found.sources;
  expect(api?.outcome === 'listed' && api.rejected.map(({ row }) => row)).toEqual(
    mixed.slice(1).map(rowText),
  );
});

test('A6: one database with the port 16127 and one without mean the same instance', async () => {
  await using network = await routedNetwork();
  const { client, control, time } = network;
  const everybody = HOSTING.map((ip) => ({ ip }));
  const withPorts = everybody.map((instance) => ({ ...instance, apiPort: 16_127 }));
  await control.setNodes(
    ...nodesAt(HOSTING, { public: false, apps: { [APP]: withPorts } }),
    { ip: PUBLIC[0] },
    { ip: PUBLIC[1], apps: { [APP]: withPorts } },
  );
  const discovery = new FluxDiscovery({ client, clock: time });
  await using log = await settledWatch(discovery, time, { forMs: 6 * HOUR_MS });
  const found = log.watch.latest;
  expect(found?.known && found.instances).toHaveLength(HOSTING.length);
  for (const { address, listedBy, missingFrom } of log.watch.listing) {
    expect(address.apiPort).toBe(16_127);
    expect(listedBy).toHaveLength(4);
    expect(missingFrom).toEqual([]);
  }
});

test('A6: an instance that is listed with another port later is the same one, changed once', async () => {
  await using network = await routedNetwork();
  const { client, control, time } = network;
  await using log = await settledWatch(new FluxDiscovery({ client, clock: time }), time, { forMs: HOUR_MS });
  await control.setInstances(APP, [
    { ip: first, apiPort: 16_137 },
    ...HOSTING.slice(1).map((ip) => ({ ip })),
  ]);
  await time.run(3 * HOUR_MS);
  expect(log.takeTexts()).toEqual([`changed ${first}`]);
  expect(log.watch.listing[0]?.address).toEqual({ ip: first, apiPort: 16_137, family: 4 });
  expect(log.ips()).toEqual(HOSTING);
});

test('A6: a listing without the own address is taken as it is, and whoever lists it speaks for it', async () => {
  await using network = await routedNetwork();
  const { client, control, time } = network;
  const others = [second, third, fourth];
  const withoutSelf = { [APP]: others.map((ip) => ({ ip })) };
  await control.setNodes(
    { ip: first, public: false, apps: withoutSelf },
    ...nodesAt(others, { public: false }),
    ...nodesAt(PUBLIC),
  );
  const found = await new FluxDiscovery({ client, clock: time }).discover(APP);
  expect(found.known && found.instances.map(({ address }) => address.ip)).toEqual(HOSTING);
  expect(found.known && found.instances.map(({ missingFrom }) => missingFrom)).toEqual([
    [`node ${hostOf(first)}`],
    [],
    [],
    [],
  ]);

  await control.setNodes(...nodesAt(HOSTING, { public: false }), ...nodesAt(PUBLIC, { apps: withoutSelf }));
  const alone = await new FluxDiscovery({ client, clock: time, nodes: 0 }).discover(APP);
  expect(alone.known && alone.instances.map(({ address }) => address.ip)).toEqual(others);
});
