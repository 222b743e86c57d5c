import { randomBytes, randomUUID } from 'node:crypto';
import { readdir } from 'node:fs/promises';
import type { z } from 'zod';
import { cachedListingSchema } from '../flux/cached-listing.ts';
import { mirrorSchema } from '../identity/mirror.ts';
import { newNodeState, nodeStateSchema } from '../identity/node-state.ts';
import type { Listing } from '../loop/view.ts';
import {
  inspectPostgresData,
  loadDocument,
  moveAside,
  type PostgresInspection,
  type RunControlData,
  saveDocument,
} from '../volume/index.ts';
import type { VolumePort } from './volume-state.ts';

/** The volume and how its PGDATA is read. */
export interface VolumeSource {
  readonly root: string;
  readonly majorVersion: number;
  readonly runControlData: RunControlData;
  /** Makes missing directories and mends owners and modes; called again after a directory was moved aside. */
  readonly prepare: () => Promise<unknown>;
  readonly wallMs: () => number;
}

/** The volume with what only the start of the agent needs. */
export interface OpenVolume extends VolumePort {
  readonly cachedListing: z.infer<typeof cachedListingSchema> | null;
  readonly cacheListing: (listing: Listing, expectedNodes: number | null) => Promise<void>;
}

const PRIVATE = { mode: 0o600 };

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

/** What can be had again from elsewhere may be lost. */
async function loadCache<T>(path: string, schema: z.ZodType<T>): Promise<T | null> {
  const loaded = await loadDocument(path, schema);
  return loaded.kind === 'loaded' ? loaded.value : null;
}

/** Reads PGDATA only while Patroni is not at work on it, and only when it may have changed since. */
function postgresReader(source: VolumeSource): {
  readonly read: (patroniAlive: boolean) => Promise<PostgresInspection>;
  readonly forget: () => void;
} {
  let known: PostgresInspection | null = null;
  let outdated = true;
  return {
    read: async (patroniAlive) => {
      if (known === null || (outdated && !patroniAlive)) {
        known = await inspectPostgresData({
          dataDir: `${source.root}/pgdata`,
          volumeRoot: source.root,
          majorVersion: source.majorVersion,
          runControlData: source.runControlData,
        });
        outdated = false;
      }
      if (patroniAlive) outdated = true;
      return known;
    },
    forget: () => {
      outdated = true;
    },
  };
}

/** Opens the volume: reads what it has promised, or gives an unused one its identity. */
export async function openVolume(source: VolumeSource): Promise<OpenVolume> {
  await source.prepare();
  const path = (name: string) => `${source.root}/flux-pg/${name}.json`;
  const stored = await loadPromises(path('node'), nodeStateSchema);
  let state = stored ?? newNodeState(randomUUID(), newIncarnation(), source.wallMs());
  if (stored === null) await saveDocument(path('node'), state, PRIVATE);
  let mirror = await loadPromises(path('dcs'), mirrorSchema);
  const postgres = postgresReader(source);
  const aside = async (name: string, why: string) => {
    const now = new Date(source.wallMs());
    await moveAside(`${source.root}/${name}`, `${source.root}/quarantine`, why, now);
    await source.prepare();
    postgres.forget();
  };
  return {
    state: () => state,
    writeState: async (next) => {
      await saveDocument(path('node'), nodeStateSchema.parse(next), PRIVATE);
      state = next;
    },
    mirror: () => mirror,
    writeMirror: async (next) => {
      await saveDocument(path('dcs'), mirrorSchema.parse(next), PRIVATE);
      mirror = next;
    },
    inspect: async ({ patroniAlive }) => {
      const { data, atRoot } = await postgres.read(patroniAlive);
      const etcdData = await holdsEntries(`${source.root}/etcd`);
      return { postgres: data, atRoot: atRoot !== null, etcdData };
    },
    setAsidePostgres: (why) => aside('pgdata', why),
    quarantineEtcd: (incarnation) => aside('etcd', `etcd-${incarnation}`),
    cachedListing: await loadCache(path('listing'), cachedListingSchema),
    cacheListing: (listing, expectedNodes) =>
      saveDocument(path('listing'), { instances: listing.instances, expectedNodes }, PRIVATE),
  };
}
