import { addressSortKey } from '../address/canonical-ip.ts';
import { type NodeAddress, type NodeAddressOptions, parseNodeAddress } from '../address/node-address.ts';
import { printable } from './printable.ts';
import { type Reading, unreadable } from './reading.ts';
import { isSameApp } from './same-app.ts';
import { describeProblems, type LocationRow, locationRowSchema } from './wire-schemas.ts';

/** One instance as a listing claims it. It may be dead, and a living one may be missing. */
export interface Location {
  /** The node that is said to run it. */
  readonly address: NodeAddress;
  /** The app's name in the spelling of its specification. */
  readonly name: string;
  /** Of the specification that the instance was installed with. */
  readonly hash: string;
  /** When the node last announced the instance; it does so once an hour. */
  readonly broadcastedAt?: Date;
  /** When the row goes unless announced again: 125 minutes after the announcement. */
  readonly expireAt?: Date;
  /** When the instance came to this node, by the node's own account. */
  readonly runningSince?: Date;
  /** How long the node's machine was up when it announced the instance. */
  readonly osUptimeSeconds?: number;
  /** Whether the node says that its address does not change. */
  readonly staticIp?: boolean;
}

/** A row that was left out. */
export interface RejectedRow {
  /** Enough of the row to find it: at most 80 printable characters. */
  readonly row: string;
  /** What is wrong with it. */
  readonly reason: string;
}

/** The usable rows of a listing, in the order of their addresses, and the others. */
export interface Listing {
  /** At most one for each IP. */
  readonly locations: readonly Location[];
  /** In the order of the answer. */
  readonly rejected: readonly RejectedRow[];
}

/** What a listing is held against. */
export interface ListingOptions extends NodeAddressOptions {
  readonly app: string;
  readonly maxEntries: number;
}

/** A transaction's hash has 64 characters. */
const MAX_TEXT_LENGTH = 128;

/** Looks at two fields and no deeper, because a row may be nested without end. */
function summary(row: unknown): string {
  if (typeof row !== 'object' || row === null) return printable(String(row), 77);
  const texts = Object.entries(row)
    .filter(([key, value]) => (key === 'ip' || key === 'name') && typeof value === 'string')
    .map(([key, value]) => `${key}=${printable(value, 32)}`);
  return texts.length === 0 ? 'without name and ip' : texts.join(' ');
}

function toLocation(row: LocationRow, address: NodeAddress): Location {
  const { name, hash, broadcastedAt, expireAt, runningSince, osUptime, staticIp } = row;
  return {
    address,
    name,
    hash: printable(hash, MAX_TEXT_LENGTH),
    ...(broadcastedAt ? { broadcastedAt: new Date(broadcastedAt) } : {}),
    ...(expireAt ? { expireAt: new Date(expireAt) } : {}),
    ...(runningSince ? { runningSince: new Date(runningSince) } : {}),
    ...(typeof osUptime === 'number' ? { osUptimeSeconds: osUptime } : {}),
    ...(typeof staticIp === 'boolean' ? { staticIp } : {}),
  };
}

function readRow(row: unknown, options: ListingOptions): Location | string {
  const parsed = locationRowSchema.safeParse(row);
  if (!parsed.success) return describeProblems(parsed.error);
  // Flux matches the name as a regular expression without regard to case; a row of another app must not slip in.
  if (!isSameApp(parsed.data.name, options.app)) return 'a row of another app';
  const address = parseNodeAddress(parsed.data.ip, options);
  return address.ok ? toLocation(parsed.data, address.address) : address.reason;
}

/** Of two rows announced at the same time either will do, but the order of the rows, which is arbitrary, decides nothing. */
function isNewer(location: Location, than: Location): boolean {
  const announcedMs = ({ broadcastedAt }: Location) => broadcastedAt?.getTime() ?? Number.NEGATIVE_INFINITY;
  const [left, right] = [announcedMs(location), announcedMs(than)];
  const content = (row: Location) => JSON.stringify(row);
  return left === right ? content(location) > content(than) : left > right;
}

/**
 * Reads the data of `/apps/location/APP`. A bad row is left out with its reason, the rest stays; of several rows of one
 * IP the one announced last stays. When not a single row of a filled list is usable, the answer as a whole is refused,
 * because an empty listing would hide that.
 */
export function readListing(data: unknown, options: ListingOptions): Reading<Listing> {
  if (!Array.isArray(data)) return unreadable('the listing is no array');
  if (data.length > options.maxEntries) {
    return {
      ok: false,
      code: 'too-large',
      reason: `${data.length} entries, more than ${options.maxEntries}`,
    };
  }
  const byIp = new Map<string, Location>();
  const rejected: RejectedRow[] = [];
  for (const row of data) {
    const read = readRow(row, options);
    if (typeof read === 'string') {
      rejected.push({ row: summary(row), reason: read });
      continue;
    }
    const known = byIp.get(read.address.ip);
    if (known === undefined || isNewer(read, known)) byIp.set(read.address.ip, read);
  }
  const [first] = rejected;
  if (byIp.size === 0 && first !== undefined) {
    return unreadable(`none of ${data.length} rows is usable, the first is ${first.row}: ${first.reason}`);
  }
  const sorted = [...byIp.values()]
    .map((location) => ({ location, key: addressSortKey(location.address.ip) }))
    .sort((left, right) => (left.key < right.key ? -1 : 1));
  return { ok: true, value: { locations: sorted.map(({ location }) => location), rejected } };
}
