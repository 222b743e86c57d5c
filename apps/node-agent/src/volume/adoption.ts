import { lstat, readdir, readlink, realpath, rename, stat } from 'node:fs/promises';
import { dirname, isAbsolute, join, resolve, sep } from 'node:path';
import { readIfExists, syncDirectory } from './atomic-file.ts';
import type { Journal } from './journal.ts';
import { giveTo } from './layout.ts';
import { parseMajor } from './postgres-data.ts';
import type { FindPostmaster } from './postmaster.ts';
import { errnoOf, VolumeError } from './volume-error.ts';

/** Why a PGDATA at the volume's root was not adopted. Nothing was moved, except where a move was already under way. */
export type AdoptionProblem =
  | 'nothing-at-root'
  | 'version-unreadable'
  | 'other-major-version'
  | 'postmaster-runs'
  | 'pgdata-not-empty'
  | 'link-into-root';

/** What became of an adoption. */
export type Adoption =
  | { readonly ok: true }
  | { readonly ok: false; readonly problem: AdoptionProblem; readonly detail: string };

/** What an adoption works on. */
export interface AdoptionOptions {
  readonly root: string;
  readonly majorVersion: number;
  readonly journal: Journal;
  readonly findPostmaster: FindPostmaster;
  /** Moves one entry; a test stops after some. */
  readonly rename?: (from: string, to: string) => Promise<void>;
}

/** The agent's own directories, and what the file system keeps. */
const OURS: ReadonlySet<string> = new Set(['pgdata', 'etcd', 'flux-pg', 'quarantine', 'lost+found']);
const STEP = 'adopt-root';

function refused(problem: AdoptionProblem, detail: string): Adoption {
  return { ok: false, problem, detail };
}

/** Whether an adoption has begun and not ended: until it has, neither the root nor `pgdata` is a data directory. */
export function isAdopting(journal: Journal): boolean {
  return journal.unfinished().some(({ step }) => step === STEP);
}

/** `PG_VERSION` comes last: as long as it is at the root, the root is seen to hold a data directory. */
async function entriesToMove(root: string): Promise<readonly string[]> {
  const found = (await readdir(root)).filter((name) => !OURS.has(name)).sort();
  return [...found.filter((name) => name !== 'PG_VERSION'), ...found.filter((name) => name === 'PG_VERSION')];
}

/** Links stay as they are, so one that names a place among what is moved, or a relative one, would lead nowhere. */
async function findBrokenByMove(root: string): Promise<string | null> {
  const realRoot = await realpath(root);
  const directories = [root, join(root, 'pg_tblspc')];
  for (const directory of directories) {
    for (const entry of await readdir(directory, { withFileTypes: true }).catch(() => [])) {
      if (!entry.isSymbolicLink()) continue;
      const path = join(directory, entry.name);
      const target = await readlink(path);
      if (!isAbsolute(target)) return `${path} -> ${target}`;
      const real = await realpath(target).catch(() => resolve(target));
      const inside = real === realRoot || real.startsWith(`${realRoot}${sep}`);
      if (inside && !OURS.has(real.slice(realRoot.length + 1).split(sep)[0] ?? ''))
        return `${path} -> ${target}`;
    }
  }
  return null;
}

async function findProblem({ root, majorVersion }: AdoptionOptions): Promise<Adoption | null> {
  const version = await readIfExists(join(root, 'PG_VERSION'));
  if (version === null) return refused('nothing-at-root', 'there is no PG_VERSION at the volume root');
  const major = parseMajor(version);
  if (major === null) return refused('version-unreadable', 'PG_VERSION at the volume root holds no version');
  if (major !== majorVersion) {
    const detail = `the data at the volume root is of PostgreSQL ${major}, this image of ${majorVersion}; nothing was moved`;
    return refused('other-major-version', detail);
  }
  const inTheWay = await readdir(join(root, 'pgdata'));
  if (inTheWay.length > 0)
    return refused('pgdata-not-empty', `pgdata holds ${inTheWay.slice(0, 5).join(', ')}`);
  const link = await findBrokenByMove(root);
  return link === null ? null : refused('link-into-root', `${link} would lead nowhere after the move`);
}

async function isThere(path: string): Promise<boolean> {
  try {
    await lstat(path);
    return true;
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return false;
    throw error;
  }
}

/** PostgreSQL starts only on files of its own user, whose number in the image of version 1 may have been another. */
async function giveToOwnerOf(directory: string, path: string): Promise<void> {
  const [wanted, found] = await Promise.all([stat(directory), lstat(path)]);
  if (found.uid !== wanted.uid || found.gid !== wanted.gid) await giveTo(path, wanted);
}

async function moveEntry(options: AdoptionOptions, name: string): Promise<void> {
  const from = join(options.root, name);
  const to = join(options.root, 'pgdata', name);
  // A rename would replace a file without a word.
  if (await isThere(to)) throw new VolumeError('not-movable', `${from} cannot be moved: ${to} exists`);
  await giveToOwnerOf(dirname(to), from);
  await (options.rename ?? rename)(from, to);
}

/**
 * Moves a PGDATA at the volume's root into `pgdata/`, entry by entry. Everything is checked before the first move; cut short
 * after any of them, the next call goes on where it stopped.
 * @throws VolumeError `not-movable` or `io`; the move then stays under way
 */
export async function adoptRootData(options: AdoptionOptions): Promise<Adoption> {
  const { root, journal } = options;
  const pgdata = join(root, 'pgdata');
  const begun = journal.unfinished().find(({ step }) => step === STEP);
  const problem = begun === undefined ? await findProblem(options) : null;
  if (problem !== null) return problem;
  for (const dataDir of [await realpath(root), await realpath(pgdata)]) {
    const pid = await options.findPostmaster(dataDir);
    if (pid !== null) return refused('postmaster-runs', `PostgreSQL runs on ${dataDir} as process ${pid}`);
  }
  const entry = begun ?? (await journal.begin(STEP, '.', 'pgdata'));
  try {
    for (const name of await entriesToMove(root)) await moveEntry(options, name);
    await syncDirectory(pgdata);
    await syncDirectory(root);
  } catch (cause) {
    if (cause instanceof VolumeError) throw cause;
    throw new VolumeError('io', `the data at the volume root could not be moved: ${errnoOf(cause)}`, cause);
  }
  await journal.finish(entry);
  return { ok: true };
}
