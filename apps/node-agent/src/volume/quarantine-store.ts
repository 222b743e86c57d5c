import { lstat, readdir, rm, statfs } from 'node:fs/promises';
import { join } from 'node:path';
import { syncDirectory } from './atomic-file.ts';
import type { RunControlData } from './control-data.ts';
import type { Journal } from './journal.ts';
import { inspectPostgresData } from './postgres-data.ts';
import { errnoOf } from './volume-error.ts';

/** One thing that was moved aside. */
export interface QuarantineEntry {
  readonly name: string;
  /** What it takes on the disk. */
  readonly bytes: number;
  /**
   * `partial`: what an initdb or a clone left that was cut short, worth nothing; `copy`: rows may be in it that are nowhere
   * else; `other`: etcd's data and whatever cannot be told, kept.
   */
  readonly holds: 'partial' | 'copy' | 'other';
  /** May be deleted: a streaming leader's history was seen to contain it, or a person has given it up. */
  readonly contained: boolean;
}

/** What was deleted, and what is left. */
export interface Release {
  readonly released: readonly string[];
  /** Kept although the space is wanted: the node says so, and waits for the operator. */
  readonly kept: readonly string[];
  readonly freeBytes: number;
}

/** What a quarantine is read with. */
export interface QuarantineOptions {
  readonly root: string;
  readonly majorVersion: number;
  readonly runControlData: RunControlData;
  readonly journal: Journal;
  /** Default: asks the file system. */
  readonly freeBytes?: (path: string) => Promise<number>;
}

/** What an unprivileged writer, as PostgreSQL is one, can still write to a file system. */
export async function freeBytesOf(path: string): Promise<number> {
  const { bavail, bsize } = await statfs(path);
  return bavail * bsize;
}

/** Allocated bytes; links are counted, not followed. What vanishes meanwhile counts nothing. */
async function sizeOf(path: string): Promise<number> {
  try {
    const found = await lstat(path);
    const own = found.blocks * 512;
    if (!found.isDirectory()) return own;
    let total = own;
    for (const name of await readdir(path)) total += await sizeOf(join(path, name));
    return total;
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return 0;
    throw error;
  }
}

async function namesIn(path: string): Promise<readonly string[]> {
  return readdir(path).catch(() => []);
}

/** The first file number that PostgreSQL gives to what a user creates (FirstNormalObjectId). */
const FIRST_USER_OBJECT = 16_384;

async function holdsUserFiles(path: string): Promise<boolean> {
  for (const database of await namesIn(join(path, 'base'))) {
    const names = [database, ...(await namesIn(join(path, 'base', database)))];
    if (names.some((name) => Number(/^\d+/.exec(name)?.[0] ?? 0) >= FIRST_USER_OBJECT)) return true;
  }
  return false;
}

/**
 * Looks at what is there instead of trusting a name or a note: only what is proven worthless is called so. A backup that
 * somebody restored by hand looks like a clone or an initdb that was cut short, but for the signal or the user's files in it.
 */
async function holds(options: QuarantineOptions, path: string): Promise<QuarantineEntry['holds']> {
  const { data } = await inspectPostgresData({ ...options, dataDir: path, volumeRoot: path });
  const names = await namesIn(path);
  // Whatever is no PGDATA at all, as etcd's data, also lacks what an initdb would have made.
  const looksLikeData = ['PG_VERSION', 'base', 'pg_wal'].some((name) => names.includes(name));
  if (data.kind !== 'copy' && !looksLikeData) return 'other';
  if (data.kind === 'unfinished' && data.operation === 'clone') {
    return names.includes('recovery.signal') || names.includes('standby.signal') ? 'copy' : 'partial';
  }
  if (data.kind === 'unfinished' && data.operation === 'initdb') {
    return (await holdsUserFiles(path)) ? 'copy' : 'partial';
  }
  // Unreadable, and yet a data directory: another version's, or a damaged one that somebody may still save rows from.
  return 'copy';
}

/** Whether anything in the quarantine may hold rows that are nowhere else. Costs a look at each entry, not at each file. */
export async function holdsSetAsideCopy(options: QuarantineOptions): Promise<boolean> {
  const directory = join(options.root, 'quarantine');
  for (const name of await readdir(directory)) {
    if ((await holds(options, join(directory, name))) === 'copy') return true;
  }
  return false;
}

/** Lists what was moved aside, oldest first. Sizes are counted anew, so this is not for every tick. */
export async function listQuarantine(options: QuarantineOptions): Promise<readonly QuarantineEntry[]> {
  const directory = join(options.root, 'quarantine');
  const entries: QuarantineEntry[] = [];
  for (const name of (await readdir(directory)).sort()) {
    const path = join(directory, name);
    const contained = options.journal
      .entries()
      .some((entry) => entry.to === `quarantine/${name}` && entry.contained);
    entries.push({ name, bytes: await sizeOf(path), holds: await holds(options, path), contained });
  }
  return entries;
}

/** Deletes one entry; the journal lets an interrupted deletion end, so that no half of a copy is taken for anything. */
export async function deleteQuarantined(options: QuarantineOptions, name: string): Promise<void> {
  const { journal, root } = options;
  const place = `quarantine/${name}`;
  const begun = journal.unfinished().find(({ step, from }) => step === 'release' && from === place);
  const entry = begun ?? (await journal.begin('release', place, ''));
  await rm(join(root, place), { recursive: true, force: true });
  await syncDirectory(join(root, 'quarantine'));
  await journal.finish(entry);
}

/**
 * Deletes what is proven worthless: partial clones and initdb leftovers at once; whole copies, oldest first, only where they
 * are marked as contained in the leader's history, and only until `keepBytesFree` are free.
 */
export async function releaseQuarantine(
  options: QuarantineOptions,
  { keepBytesFree }: { readonly keepBytesFree: number },
): Promise<Release> {
  const free = () => (options.freeBytes ?? freeBytesOf)(options.root);
  const entries = await listQuarantine(options);
  const released: string[] = [];
  for (const { name } of entries.filter((entry) => entry.holds === 'partial')) {
    await deleteQuarantined(options, name);
    released.push(name);
  }
  for (const { name } of entries.filter((entry) => entry.holds === 'copy' && entry.contained)) {
    if ((await free()) >= keepBytesFree) break;
    await deleteQuarantined(options, name);
    released.push(name);
  }
  const kept = entries.map(({ name }) => name).filter((name) => !released.includes(name));
  return { released, kept, freeBytes: await free() };
}
