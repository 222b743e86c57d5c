import { randomBytes, randomUUID } from 'node:crypto';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { cachedListingSchema } from '../flux/cached-listing.ts';
import { type Mirror, mirrorSchema } from '../identity/mirror.ts';
import { newNodeState, nodeStateSchema } from '../identity/node-state.ts';
import { withStartId } from '../identity/state-changes.ts';
import type { Listing } from '../loop/view.ts';
import {
  adoptRootData,
  asidePath,
  createPostmasterFinder,
  deleteQuarantined,
  type FindPostmaster,
  freeBytesOf,
  holdsSetAsideCopy,
  isAdopting,
  listQuarantine,
  loadDocument,
  moveTo,
  openJournal,
  releaseQuarantine,
  saveDocument,
  VolumeError,
} from '../volume/index.ts';
import { type PostgresReader, type PostgresSource, postgresReader } from './postgres-reader.ts';
import { resumeMoves } from './resume-moves.ts';
import type { VolumePort } from './volume-state.ts';

/** The volume and how its PGDATA is read. */
export interface VolumeSource extends PostgresSource {
  /** Makes missing directories and mends owners and modes; called again after a directory was moved aside. */
  readonly prepare: () => Promise<unknown>;
  readonly wallMs: () => number;
  /** Default: looks into `/proc`. */
  readonly findPostmaster?: FindPostmaster;
  /** Default: asks the file system. */
  readonly freeBytes?: (path: string) => Promise<number>;
  /** Moves an entry of a data directory that is adopted; a test stops after some. */
  readonly rename?: (from: string, to: string) => Promise<void>;
}

/** The volume with what only the start of the agent needs. */
export interface OpenVolume extends VolumePort {
  readonly cachedListing: z.infer<typeof cachedListingSchema> | null;
  readonly cacheListing: (listing: Listing, expectedNodes: number | null) => Promise<void>;
}

const PRIVATE = { mode: 0o600 };
const stampSchema = z.object({ wallMs: z.number().nonnegative(), assuredWallMs: z.number() });

/** A new random name for a fresh etcd directory. */
export function newIncarnation(): string {
  return randomBytes(4).toString('hex');
}

async function holdsEntries(directory: string): Promise<boolean> {
  return (await readdir(directory)).length > 0;
}

/** A file with promises that cannot be read is an error, never a new identity: the promises may still bind. */
async function loadPromises<T>(path: string, schema: z.ZodType<T>): Promise<T | null> {
  const loaded = await loadDocument(path, schema);
  if (loaded.kind === 'corrupt') throw new Error(`the volume's state cannot be used: ${loaded.detail}`);
  return loaded.kind === 'loaded' ? loaded.value : null;
}

/** What can be had again from elsewhere, or is safe not to know, may be lost. */
async function loadCache<T>(path: string, schema: z.ZodType<T>): Promise<T | null> {
  const loaded = await loadDocument(path, schema);
  return loaded.kind === 'loaded' ? loaded.value : null;
}

type Promises = Pick<
  VolumePort,
  'state' | 'writeState' | 'startId' | 'renewStartId' | 'mirror' | 'writeMirror'
>;

/** Reads what the volume has promised, or gives an unused one its identity; this start gets its id before anything else. */
async function openPromises(source: VolumeSource, path: (name: string) => string): Promise<Promises> {
  const stored = await loadPromises(path('node'), nodeStateSchema);
  const before = stored ?? newNodeState(randomUUID(), newIncarnation(), source.wallMs());
  let mirror: Mirror | null = await loadPromises(path('dcs'), mirrorSchema);
  let state = before;
  const startId = () => state.startIds.at(-1) ?? '';
  const renewStartId = async () => {
    const next = withStartId(state, randomBytes(4).toString('hex'));
    await saveDocument(path('node'), next, PRIVATE);
    state = next;
  };
  await renewStartId();
  return {
    state: () => state,
    startId,
    renewStartId,
    writeState: async (next) => {
      // A list without the last one was made from another one: to write it would look like a restored volume.
      const startIds = next.startIds.at(-1) === startId() ? next.startIds : state.startIds;
      const written = nodeStateSchema.parse({ ...next, startIds });
      await saveDocument(path('node'), written, PRIVATE);
      state = written;
    },
    mirror: () => mirror,
    writeMirror: async (next) => {
      await saveDocument(path('dcs'), mirrorSchema.parse(next), PRIVATE);
      mirror = next;
    },
  };
}

type Data = Pick<
  VolumePort,
  | 'setAsidePostgres'
  | 'quarantineEtcd'
  | 'adoptRootData'
  | 'quarantine'
  | 'markContained'
  | 'releaseQuarantine'
> & { readonly isAdopting: () => boolean; readonly holdsSetAside: () => Promise<boolean | null> };

/** What moves data, each step journaled; steps that a former start left unfinished are ended first. */
async function openData(source: VolumeSource, postgres: PostgresReader, path: string): Promise<Data> {
  const { root } = source;
  const journal = await openJournal(path, source.wallMs);
  const stored = { ...source, journal };
  // Looked at again only after something was moved there or deleted.
  let setAside: boolean | null = null;
  const aside = async (name: string, why: string) => {
    if (name === 'pgdata' && isAdopting(journal)) {
      throw new VolumeError('not-movable', 'pgdata holds a part of the data that is being adopted');
    }
    const from = join(root, name);
    const target = await asidePath(from, join(root, 'quarantine'), why, new Date(source.wallMs()));
    const entry = await journal.begin('move-aside', name, target.slice(root.length + 1));
    await moveTo(from, target);
    setAside = null;
    await journal.finish(entry);
    await source.prepare();
    postgres.forget();
  };
  const adopt = async () => {
    try {
      return await adoptRootData({
        ...stored,
        findPostmaster: source.findPostmaster ?? createPostmasterFinder(),
      });
    } finally {
      postgres.forget();
    }
  };
  await resumeMoves(root, journal, { adopt, release: (name) => deleteQuarantined(stored, name) });
  return {
    setAsidePostgres: (why) => aside('pgdata', why),
    quarantineEtcd: (incarnation) => aside('etcd', `etcd-${incarnation}`),
    adoptRootData: adopt,
    quarantine: () => listQuarantine(stored),
    markContained: (name) => journal.markContained(`quarantine/${name}`),
    releaseQuarantine: (wanted) =>
      releaseQuarantine(stored, wanted).finally(() => {
        setAside = null;
      }),
    holdsSetAside: async () => {
      setAside ??= await holdsSetAsideCopy(stored).catch(() => null);
      return setAside;
    },
    isAdopting: () => isAdopting(journal),
  };
}

/** While entries are on their way, neither the root nor `pgdata` is what it looks like. */
const ADOPTING = {
  kind: 'unreadable',
  reason: 'the data of version 1 at the volume root is on its way into pgdata',
  majorVersion: null,
} as const;

/** Opens the volume: reads what it has promised, ends what it was moving, or gives an unused one its identity. */
export async function openVolume(source: VolumeSource): Promise<OpenVolume> {
  const { root } = source;
  await source.prepare();
  const path = (name: string) => `${root}/flux-pg/${name}.json`;
  const promises = await openPromises(source, path);
  const postgres = postgresReader(source);
  const { isAdopting: adopting, holdsSetAside, ...data } = await openData(source, postgres, path('journal'));
  const stamp = await loadCache(path('alive'), stampSchema);
  const freeBytes = source.freeBytes ?? freeBytesOf;
  return {
    ...promises,
    ...data,
    stampAtOpen: () => stamp,
    writeStamp: (now) => saveDocument(path('alive'), stampSchema.parse(now), PRIVATE),
    inspect: async (activity) => {
      const found = await postgres.read(activity);
      return {
        postgres: adopting() ? ADOPTING : found.data,
        atRoot: adopting() || found.atRoot !== null,
        atRootMajorVersion: found.atRoot?.majorVersion ?? null,
        etcdData: await holdsEntries(`${root}/etcd`),
        setAside: await holdsSetAside(),
        freeBytes: await freeBytes(root).catch(() => null),
      };
    },
    cachedListing: await loadCache(path('listing'), cachedListingSchema),
    cacheListing: (listing, expectedNodes) =>
      saveDocument(path('listing'), { instances: listing.instances, expectedNodes }, PRIVATE),
  };
}
