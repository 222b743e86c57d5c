import { addressFaults, addressValue } from './address-check.ts';
import { APP, type Route } from './answer-arbitraries.ts';

/** What the answers were read with. */
export interface Limits {
  readonly maxEntries: number;
  readonly allowPrivateAddresses: boolean;
}

type Fields = Readonly<Record<string, unknown>>;
type Check = (value: Fields, limits: Limits) => readonly string[];

const LOCATION_FIELDS = new Set([
  'address',
  'name',
  'hash',
  'broadcastedAt',
  'expireAt',
  'runningSince',
  'osUptimeSeconds',
  'staticIp',
]);
/** The app's name without regard to the case of its letters, which are all ASCII. */
const APP_NAME = new RegExp(`^${APP}$`, 'i');

const when = (wrong: boolean, fault: string): readonly string[] => (wrong ? [fault] : []);
const isShort = (text: unknown, maxLength: number) =>
  typeof text === 'string' && text.length <= maxLength && /^[\x20-\x7e]*$/.test(text);
const keysOf = (value: Fields) => Object.keys(value).sort().join();
const list = (value: unknown): readonly Fields[] => (Array.isArray(value) ? value : []);

/** What is wrong with the reason of a refusal: it goes into logs as it is. */
export function reasonFaults(reason: unknown): readonly string[] {
  return when(!isShort(reason, 400) || reason === '', `no short printable reason: ${JSON.stringify(reason)}`);
}

function isDateOrMissing(value: unknown): boolean {
  return value === undefined || (value instanceof Date && Number.isFinite(value.getTime()));
}

function locationFaults(location: Fields, limits: Limits): readonly string[] {
  const { address, name, broadcastedAt, expireAt, runningSince, osUptimeSeconds, staticIp } = location;
  const uptimeIsSound =
    osUptimeSeconds === undefined || (Number.isFinite(osUptimeSeconds) && Number(osUptimeSeconds) >= 0);
  return [
    ...addressFaults(address, limits.allowPrivateAddresses),
    ...Object.keys(location)
      .filter((key) => !LOCATION_FIELDS.has(key))
      .map((key) => `a location with ${key}`),
    ...when(typeof name !== 'string' || !APP_NAME.test(name), `a row of ${JSON.stringify(name)}`),
    ...when(![broadcastedAt, expireAt, runningSince].every(isDateOrMissing), 'a date that is none'),
    ...when(!uptimeIsSound, `an uptime of ${String(osUptimeSeconds)}`),
    ...when(staticIp !== undefined && typeof staticIp !== 'boolean', 'staticIp is no boolean'),
  ];
}

const ipOf = ({ address }: Fields) => String((address as Fields | undefined)?.ip);

function listingFaults(value: Fields, limits: Limits): readonly string[] {
  const [locations, rejected] = [list(value.locations), list(value.rejected)];
  const faults = locations.flatMap((location) => locationFaults(location, limits));
  // Without sound addresses their order means nothing.
  const values = faults.length === 0 ? locations.map((location) => addressValue(ipOf(location))) : [];
  return [
    ...faults,
    ...rejected.flatMap(({ row, reason }) => [
      ...when(!isShort(row, 80), `a rejected row of more than 80 printable characters: ${String(row)}`),
      ...reasonFaults(reason),
    ]),
    ...when(keysOf(value) !== 'locations,rejected', `a listing with ${keysOf(value)}`),
    ...when(locations.length + rejected.length > limits.maxEntries, 'more rows than allowed'),
    ...values.flatMap((next, index) =>
      when(index > 0 && next <= (values[index - 1] ?? next), 'IPs out of order or twice'),
    ),
  ];
}

function nodesFaults(value: Fields, limits: Limits): readonly string[] {
  const nodes = list(value.nodes);
  const ids = nodes.map(({ id }) => String(id));
  return [
    ...nodes.flatMap(({ address }) => addressFaults(address, limits.allowPrivateAddresses)),
    ...when(
      nodes.some((node) => keysOf(node) !== 'address,id,tier'),
      'a node of other fields',
    ),
    ...when(!ids.every((id) => /^[0-9a-f]{64}\d{1,16}$/.test(id)), `ids ${ids.join()}`),
    ...when(
      ids.some((id, index) => index > 0 && id <= (ids[index - 1] ?? id)),
      'ids out of order or twice',
    ),
    ...when(nodes.length + Number(value.rejectedCount) > limits.maxEntries, 'more nodes than allowed'),
    ...when(keysOf(value) !== 'nodes,rejectedCount', `a node list with ${keysOf(value)}`),
  ];
}

const isPort = (port: unknown) => Number.isInteger(port) && Number(port) >= 0 && Number(port) <= 65_535;

function specificationFaults(value: Fields): readonly string[] {
  const { name, instances, version, encrypted, components } = value;
  return [
    ...when(typeof name !== 'string' || !APP_NAME.test(name), `a specification of ${JSON.stringify(name)}`),
    ...when(
      !Number.isInteger(instances) || Number(instances) < 1 || Number(instances) > 100,
      `instances ${String(instances)}`,
    ),
    ...when(!Number.isSafeInteger(version) || Number(version) < 1, `version ${String(version)}`),
    ...when(typeof encrypted !== 'boolean', 'encrypted is no boolean'),
    ...when(list(components).length > 100, 'too many components'),
    ...list(components).flatMap((component) => [
      ...when(keysOf(component) !== 'containerPorts,image,name,ports', 'a component of other fields'),
      ...when(![...list(component.ports), ...list(component.containerPorts)].every(isPort), 'no port'),
      ...when(typeof component.image !== 'string' || component.name === '', 'no image or no name'),
    ]),
    ...when(
      keysOf(value) !== 'components,encrypted,instances,name,version',
      `a specification with ${keysOf(value)}`,
    ),
  ];
}

function runningAppsFaults(value: Fields, limits: Limits): readonly string[] {
  const [components, others] = [list(value.components), list(value.others)];
  return [
    ...components.flatMap((component) => [
      ...when(keysOf(component) !== 'app,component,state,status', 'a container of other fields'),
      ...when(!/^[A-Za-z0-9-]+$/.test(String(component.app)), `an app ${String(component.app)}`),
      ...when(!isShort(component.status, 83), 'a status that is long or not printable'),
    ]),
    ...when(!others.every((name) => isShort(name, 83)), 'a name that is long or not printable'),
    ...when(components.length + others.length > limits.maxEntries, 'more containers than allowed'),
    ...when(keysOf(value) !== 'components,others', `running apps with ${keysOf(value)}`),
  ];
}

const checks: Readonly<Record<Route, Check>> = {
  location: listingFaults,
  fluxNodes: nodesFaults,
  specification: specificationFaults,
  runningApps: runningAppsFaults,
  hostInfo: (value, limits) => [
    ...addressFaults(value.address, limits.allowPrivateAddresses),
    ...when(keysOf(value) !== 'address,appName,id', `host information with ${keysOf(value)}`),
    ...when(typeof value.id !== 'string' || value.id === '', 'no id'),
  ],
  version: (value) => [
    ...when(keysOf(value) !== 'version', `a version with ${keysOf(value)}`),
    ...when(!isShort(value.version, 64), 'a version that is long or not printable'),
  ],
};

/** What is wrong with a value that was read from an answer of this route; nothing for a good one. */
export function answerFaults(route: Route, value: object, limits: Limits): readonly string[] {
  const faults = checks[route](value as Fields, limits);
  const isPolluted = Object.keys(Object.prototype).length > 0 || 'polluted' in value;
  return isPolluted ? [...faults, 'a prototype was changed'] : faults;
}
