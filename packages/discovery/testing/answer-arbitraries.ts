import fc from 'fast-check';
import { fluxAddress, writtenAddress } from './address-arbitraries.ts';

/** The app that is asked for. Unicode has a second letter (the Kelvin sign) whose lower case is a k. */
export const APP = 'kiosk';

/** The routes of the API that the library reads. */
export type Route = 'location' | 'specification' | 'hostInfo' | 'runningApps' | 'version' | 'fluxNodes';

const strangeTexts = [
  '',
  ' ',
  '0',
  '__proto__',
  'constructor',
  'toString',
  '\0',
  '\u001b[2J\u001b]0;owned\u0007',
  '\u202egnp.exe',
  '\ud800',
  '\ufeff',
  'ﬀ',
  'İ',
  '𝟠.𝟠',
  '💥'.repeat(50),
  'x'.repeat(5000),
  `${'9'.repeat(400)}.1.1`,
] as const;

const mostly = <T>(usual: fc.Arbitrary<T>, strange: fc.Arbitrary<T>) =>
  fc.oneof({ weight: 7, arbitrary: usual }, { weight: 1, arbitrary: strange });

const address = fc.oneof({ weight: 3, arbitrary: fluxAddress }, { weight: 1, arbitrary: writtenAddress });
const text = mostly(fc.constantFrom('c0ffee', 'running', 'Up 3 days', 'example/image:1'), fc.string());
const appName = mostly(
  fc.constantFrom('kiosk', 'Kiosk', 'KIOSK'),
  fc.constantFrom('kiosk2', 'ki0sk', '\u212aiosk', 'kioſk', ' kiosk', 'kiosk\n', '', '__proto__'),
);

/** Dates that ISO 8601 and RFC 3339 allow, at the edges of what they allow. */
export const dateTexts: readonly string[] = [
  '2026-07-01T10:00:00.000Z',
  '2026-07-01T10:00:00Z',
  '2024-02-29T23:59:59.999Z',
  '0000-01-01T00:00:00Z',
  '0000-01-01T00:00:00+23:59',
  '1969-12-31T23:59:59Z',
  '9999-12-31T23:59:59.999-23:59',
  '2026-07-01T10:00:00+14:00',
  '2026-07-01T10:00:00-00:00',
  `2026-07-01T10:00:00.${'9'.repeat(40)}Z`,
];
const wrongDates = [
  '2026-02-29T00:00:00Z',
  '2026-13-01T00:00:00Z',
  '2026-07-01T24:00:00Z',
  '2026-06-30T23:59:60Z',
  '2026-07-01T10:00:00+24:00',
  '+275760-09-13T00:00:00.001Z',
  '-000001-01-01T00:00:00Z',
  '2026-07-01',
  '2026-07-01 10:00:00',
  '2026-07-01T10:00:00z',
  '2026-07-01T10:00:00Z\n',
  '２026-07-01T10:00:00Z',
  'Wed Jul 01 2026',
  '1782900000000',
] as const;
const date = mostly<string | null>(fc.constantFrom(...dateTexts), fc.constantFrom(...wrongDates, null));
const wholeNumber = mostly(fc.nat({ max: 10 }), fc.constantFrom(-1, 0.5, 2 ** 53, 1e308, 65_536));
const port = mostly(fc.integer({ min: 1, max: 65_535 }), fc.constantFrom(0, -1, 65_536, 0.5));

const locationRow = fc.record(
  {
    name: appName,
    hash: text,
    ip: address,
    broadcastedAt: date,
    expireAt: date,
    runningSince: date,
    osUptime: wholeNumber,
    staticIp: fc.constantFrom(true, false, null),
  },
  { requiredKeys: ['name', 'hash', 'ip'] },
);

const component = fc.record({
  name: text,
  repotag: text,
  ports: fc.array(port, { maxLength: 3 }),
  containerPorts: fc.array(port, { maxLength: 3 }),
});

const containerName = fc.oneof(
  fc.constantFrom(
    '/fluxweb_kiosk',
    '/fluxkiosk',
    '/zelold',
    '/watchtower',
    'flux',
    '/flux_kiosk',
    '/fluxa_b_c',
  ),
  fc.string({ unit: 'binary' }),
);

const nodeRow = fc.record({
  txhash: mostly(fc.constantFrom('a'.repeat(64), 'b'.repeat(64), '0'.repeat(64)), fc.string()),
  outidx: mostly<number | string>(fc.nat({ max: 3 }), fc.constantFrom('0', '00', '1', '99999', '100000', -1)),
  ip: address,
  tier: mostly(fc.constantFrom('CUMULUS', 'NIMBUS', 'STRATUS'), fc.string()),
});

/** Documents as each route sends them, with values at their edges here and there. */
export const documents: Readonly<Record<Route, fc.Arbitrary<unknown>>> = {
  location: fc.array(locationRow, { maxLength: 8 }),
  specification: fc.record(
    {
      version: mostly(fc.constantFrom(3, 7, 8), wholeNumber),
      name: appName,
      instances: mostly(fc.integer({ min: 1, max: 100 }), wholeNumber),
      compose: fc.array(component, { maxLength: 3 }),
      enterprise: fc.constantFrom('', 'AbCd==', null),
    },
    { requiredKeys: ['version', 'name', 'instances'] },
  ),
  hostInfo: fc.record({ appName, id: text, ip: address, geo: fc.constant({ country: 'DE' }) }),
  runningApps: fc.array(
    fc.record(
      { Names: fc.array(containerName, { minLength: 1, maxLength: 2 }), State: text, Status: text },
      { requiredKeys: ['Names'] },
    ),
    { maxLength: 8 },
  ),
  version: mostly(fc.constantFrom('8.17.0', '9.0.0-beta.1'), fc.constantFrom('8.17', '8.17.0\n', '8.17.0 ')),
  fluxNodes: fc.array(nodeRow, { maxLength: 8 }),
};

/** Parsed from text, since only there `__proto__` is a field like any other. */
const prototypeTraps: readonly unknown[] = [
  JSON.parse('{"__proto__":{"polluted":true}}'),
  JSON.parse('{"constructor":{"prototype":{"polluted":true}}}'),
  JSON.parse('{"__proto__":{"name":"kiosk","hash":"h","ip":"8.8.4.1","length":1}}'),
];

/** What may stand anywhere in a document of a server that is broken or means harm. */
export const strangeValue: fc.Arbitrary<unknown> = fc.oneof(
  fc.constantFrom<unknown>(null, true, false, 0, -1, 0.5, 101, 65_536, 2 ** 53, 1e308, [], {}, [[]], [null]),
  fc.constantFrom<unknown>(...prototypeTraps),
  fc.constantFrom(...strangeTexts),
  fc.constantFrom(...dateTexts, ...wrongDates),
  writtenAddress,
  fc.string({ unit: 'binary' }),
  fc.double({ noNaN: true, noDefaultInfinity: true }),
  fc.jsonValue({ maxDepth: 2 }),
);
