import type { KeyValue } from '@flux-pg/etcd-membership';
import type { Lsn } from '../kernel/contracts.ts';

/** The value of a member key, as far as Patronis read it of each other. */
export interface Registration {
  readonly address: string;
  readonly role: string;
  readonly state: string;
  readonly replicationState: string | null;
  readonly lsn: Lsn | null;
  readonly timeline: number | null;
  /** False from a promotion until its checkpoint: nobody can rewind from it before. */
  readonly checkpointed: boolean;
}

/** The key `/sync`: who may take over without losing what was acknowledged. */
export interface SyncState {
  readonly leader: string | null;
  readonly voters: readonly string[];
  readonly quorum: number;
  readonly revision: number;
}

/** All that Patroni reads out of etcd in one loop. */
export interface ClusterState {
  readonly initialize: string | null;
  readonly config: string | null;
  readonly leader: string | null;
  /** The last timeline in `/history` plus one; 0 if there is no history. */
  readonly timeline: number;
  readonly history: string | null;
  readonly lastLsn: Lsn;
  readonly members: ReadonlyMap<string, Registration>;
  readonly sync: SyncState;
  readonly failover: { readonly candidate: string; readonly revision: number } | null;
  /** Addresses by name; null if the key does not exist. */
  readonly failsafe: ReadonlyMap<string, string> | null;
}

const noSync: SyncState = { leader: null, voters: [], quorum: 0, revision: 0 };

/** What a Patroni knows before it has read anything. */
export const emptyCluster: ClusterState = {
  initialize: null,
  config: null,
  leader: null,
  timeline: 0,
  history: null,
  lastLsn: 0,
  members: new Map(),
  sync: noSync,
  failover: null,
  failsafe: null,
};

function hostOf(url: unknown): string {
  return URL.parse(String(url))?.hostname.replace(/^\[|\]$/g, '') ?? '';
}

function urlOf(scheme: string, address: string, rest: string): string {
  return `${scheme}://${address.includes(':') ? `[${address}]` : address}:${rest}`;
}

/** Patroni treats what is no JSON like a missing key. */
function parsed(text: string | undefined): unknown {
  try {
    return text === undefined ? null : JSON.parse(text);
  } catch {
    return null;
  }
}

function record(value: unknown): Readonly<Record<string, unknown>> | null {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : null;
}

/** How a Patroni writes its member key. */
export function registrationText(registration: Registration): string {
  const { address, role, state, replicationState, lsn, timeline, checkpointed } = registration;
  return JSON.stringify({
    conn_url: urlOf('postgres', address, '5432/postgres'),
    api_url: urlOf('https', address, '8008/patroni'),
    state,
    role,
    version: '4.1.4',
    ...(checkpointed ? {} : { checkpoint_after_promote: false }),
    ...(lsn === null ? {} : { xlog_location: lsn }),
    ...(replicationState === null ? {} : { replication_state: replicationState }),
    ...(timeline === null ? {} : { timeline }),
  });
}

/** Most loops read the very texts of the loop before; a simulated hour has tens of thousands of loops. */
function remembering<T>(read: (text: string) => T): (text: string) => T {
  const known = new Map<string, T>();
  return (text) => {
    const found = known.get(text);
    if (found !== undefined) return found;
    if (known.size > 500) known.clear();
    const value = read(text);
    known.set(text, value);
    return value;
  };
}

const readRegistration = remembering(parseRegistration);
const readHosts = remembering(parseHosts);

function parseRegistration(text: string): Registration | null {
  const value = record(parsed(text));
  if (value === null) return null;
  return {
    address: hostOf(value.api_url),
    role: String(value.role),
    state: String(value.state),
    replicationState: typeof value.replication_state === 'string' ? value.replication_state : null,
    lsn: typeof value.xlog_location === 'number' ? value.xlog_location : null,
    timeline: typeof value.timeline === 'number' ? value.timeline : null,
    checkpointed: value.checkpoint_after_promote !== false,
  };
}

/** How `/sync` is written. */
export function syncText({ leader, voters, quorum }: Omit<SyncState, 'revision'>): string {
  return JSON.stringify({ leader, sync_standby: voters.length === 0 ? null : voters.join(','), quorum });
}

function readSync(entry: KeyValue | undefined): SyncState {
  const value = record(parsed(entry?.value));
  if (entry === undefined || value === null) return { ...noSync, revision: entry?.modRevision ?? 0 };
  const standbys = typeof value.sync_standby === 'string' ? value.sync_standby : '';
  return {
    leader: typeof value.leader === 'string' ? value.leader : null,
    voters: standbys.split(',').filter((name) => name !== ''),
    quorum: Number(value.quorum ?? 0),
    revision: entry.modRevision,
  };
}

/** How `/failsafe` is written: the URL of each Patroni by its name. */
export function failsafeText(addresses: ReadonlyMap<string, string>): string {
  const urls = [...addresses].map(([name, address]) => [name, urlOf('https', address, '8008/patroni')]);
  return JSON.stringify(Object.fromEntries(urls));
}

function parseHosts(text: string): ReadonlyMap<string, string> | null {
  const value = record(parsed(text));
  return value === null ? null : new Map(Object.entries(value).map(([name, url]) => [name, hostOf(url)]));
}

function readFailsafe(text: string | undefined): ReadonlyMap<string, string> | null {
  return text === undefined ? null : readHosts(text);
}

function timelineOf(text: string | undefined): number {
  const lines = parsed(text);
  if (!Array.isArray(lines)) return 0;
  const last: unknown = lines.at(-1);
  if (last === undefined) return 1;
  return Array.isArray(last) ? Number(last[0]) + 1 || 0 : 0;
}

function readFailover(entry: KeyValue | undefined): ClusterState['failover'] {
  const value = record(parsed(entry?.value));
  if (entry === undefined || typeof value?.member !== 'string') return null;
  return { candidate: value.member, revision: entry.modRevision };
}

/** Reads everything under Patroni's root, `/service/APP/`. */
export function readCluster(root: string, entries: readonly KeyValue[]): ClusterState {
  const keys = new Map(entries.map((entry) => [entry.key.slice(root.length), entry]));
  const text = (name: string) => keys.get(name)?.value;
  const members = new Map<string, Registration>();
  for (const [key, { value }] of keys) {
    const registration = key.startsWith('members/') ? readRegistration(value) : null;
    if (registration !== null) members.set(key.slice('members/'.length), registration);
  }
  return {
    initialize: text('initialize') ?? null,
    config: text('config') ?? null,
    leader: text('leader') ?? null,
    timeline: timelineOf(text('history')),
    history: text('history') ?? null,
    lastLsn: Number(record(parsed(text('status')))?.optime ?? 0),
    members,
    sync: readSync(keys.get('sync')),
    failover: readFailover(keys.get('failover')),
    failsafe: readFailsafe(text('failsafe')),
  };
}

/** Patroni takes nothing shorter than ten digits for a system id: `''` is the lock of a running bootstrap. */
export function isSystemId(text: string | null): text is string {
  return text !== null && /^\d{10,}$/.test(text);
}
