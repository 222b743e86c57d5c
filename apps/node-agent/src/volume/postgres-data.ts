import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { readIfExists } from './atomic-file.ts';
import {
  type ControlData,
  type ParsedControlData,
  parseControlData,
  type RunControlData,
} from './control-data.ts';
import { errnoOf } from './volume-error.ts';
import { unknownWalEnd, type WalEnd } from './wal-end.ts';

/**
 * What a data directory holds.
 * `absent`: nothing. `unfinished`: what an initdb, a clone or a rewind left when it was cut short. A cut rewind may hold
 * what no other node has, so it is not to be deleted. `copy`: a data directory that PostgreSQL can start on. `unreadable`:
 * something that is none of these or could not be read; it may be a copy, and is to be left alone.
 *
 * A rewind that was cut short before it wrote its label cannot be told from a copy: pg_rewind leaves no other trace.
 */
export type PostgresData =
  | { readonly kind: 'absent' }
  | {
      readonly kind: 'unfinished';
      readonly operation: 'initdb' | 'clone' | 'rewind';
      readonly reason: string;
    }
  | ({
      readonly kind: 'copy';
      readonly majorVersion: number;
      /** False for a complete clone or rewind that recovery has not brought to consistency yet. */
      readonly consistent: boolean;
    } & ControlData &
      WalEnd)
  | { readonly kind: 'unreadable'; readonly reason: string; readonly majorVersion: number | null };

interface Found {
  readonly entries: ReadonlySet<string>;
  /** The text of `backup_label`. */
  readonly label: string | null;
  readonly control: ControlData;
}

/** What the volume holds of PostgreSQL. */
export interface PostgresInspection {
  readonly data: PostgresData;
  /** A data directory at the volume's root, as flux-pg-cluster 1.x has it; `majorVersion` is null where it is no number. */
  readonly atRoot: { readonly majorVersion: number | null } | null;
}

/** `pg_control` always has this size (PG_CONTROL_FILE_SIZE). */
const CONTROL_FILE_BYTES = 8192;

/** template1, template0 and postgres; the last two are the last things that initdb makes. */
const INITIAL_DATABASES = 3;

/** Looks at the data directory and at the volume's root. Never throws: what cannot be read is `unreadable`. */
export async function inspectPostgresData(options: {
  readonly dataDir: string;
  readonly volumeRoot: string;
  /** The major version that `runControlData` can read. */
  readonly majorVersion: number;
  readonly runControlData: RunControlData;
}): Promise<PostgresInspection> {
  const [data, atRoot] = await Promise.all([
    inspect(options).catch(
      (error: unknown): PostgresData => ({
        kind: 'unreadable',
        reason: `the data directory cannot be read: ${errnoOf(error) ?? String(error)}`,
        majorVersion: null,
      }),
    ),
    findAtRoot(options.volumeRoot),
  ]);
  return { data, atRoot };
}

/** A root that cannot be read counts as one with data: whoever would found or clone there has to stop. */
async function findAtRoot(root: string): Promise<PostgresInspection['atRoot']> {
  try {
    const text = await readIfExists(join(root, 'PG_VERSION'));
    return text === null ? null : { majorVersion: parseMajor(text) };
  } catch {
    return { majorVersion: null };
  }
}

async function inspect(options: {
  readonly dataDir: string;
  readonly majorVersion: number;
  readonly runControlData: RunControlData;
}): Promise<PostgresData> {
  const { dataDir } = options;
  const entries = new Set(await listIfExists(dataDir));
  if (entries.size === 0) return { kind: 'absent' };
  const versionText = entries.has('PG_VERSION') ? await readFile(join(dataDir, 'PG_VERSION'), 'utf8') : '';
  const majorVersion = parseMajor(versionText);
  // Every start of a server writes postmaster.opts; initdb, clones and single-user mode do not.
  const everStarted = entries.has('postmaster.opts');
  const unreadable = (reason: string): PostgresData => ({ kind: 'unreadable', reason, majorVersion });
  const unfinished = (reason: string): PostgresData =>
    everStarted
      ? unreadable(`${reason}, and a server has run on it`)
      : { kind: 'unfinished', operation: entries.has('backup_label') ? 'clone' : 'initdb', reason };

  if (versionText === '') return unfinished('there is no PG_VERSION');
  if (majorVersion === null) return unreadable('PG_VERSION holds no version');
  if (majorVersion !== options.majorVersion) {
    return unreadable(`the data is of PostgreSQL ${majorVersion}, this image of ${options.majorVersion}`);
  }
  const sizeBytes = await sizeIfExists(join(dataDir, 'global', 'pg_control'));
  if (sizeBytes === null) return unfinished('there is no pg_control');
  if (sizeBytes < CONTROL_FILE_BYTES) return unfinished('pg_control is cut short');
  const control = await readControlData(options);
  if (!control.ok) return unreadable(control.reason);
  const label = entries.has('backup_label') ? await readFile(join(dataDir, 'backup_label'), 'utf8') : null;
  const why = await findUnfinished(dataDir, { entries, label, control: control.value });
  if (why !== null) return { kind: 'unfinished', ...why };
  const consistent = label === null && control.value.backupStartLsn === null;
  // The WAL is read apart from this: it can take minutes.
  return { kind: 'copy', majorVersion, consistent, ...control.value, ...unknownWalEnd('not read yet') };
}

async function readControlData(options: {
  readonly dataDir: string;
  readonly runControlData: RunControlData;
}): Promise<ParsedControlData> {
  try {
    return parseControlData(await options.runControlData(options.dataDir));
  } catch (error) {
    const why = errnoOf(error) ?? (error instanceof Error ? error.message.split('\n')[0] : String(error));
    return { ok: false, reason: `pg_controldata failed: ${why}` };
  }
}

/** What a valid control file does not tell. */
async function findUnfinished(dataDir: string, found: Found) {
  const { entries, label, control } = found;
  const everStarted = entries.has('postmaster.opts');
  // pg_rewind changes the control file last, right after it has written the label.
  if (label !== null && isRewindLabel(label) && control.controlState !== 'in archive recovery') {
    return { operation: 'rewind' as const, reason: 'a rewind was cut short' };
  }
  // pg_basebackup gives the manifest its name when everything else is on disk.
  const cloned = entries.has('backup_manifest');
  if (label !== null && !isRewindLabel(label) && !cloned && !everStarted) {
    return { operation: 'clone' as const, reason: 'a clone was cut short' };
  }
  const initialised =
    control.controlState === 'shut down' && (await countDatabases(dataDir)) >= INITIAL_DATABASES;
  if (!everStarted && !cloned && label === null && !initialised) {
    return { operation: 'initdb' as const, reason: 'an initdb was cut short' };
  }
  return null;
}

function isRewindLabel(label: string): boolean {
  return /^BACKUP METHOD: pg_rewind$/m.test(label);
}

async function countDatabases(dataDir: string): Promise<number> {
  return (await listIfExists(join(dataDir, 'base'))).filter((name) => /^\d+$/.test(name)).length;
}

async function listIfExists(directory: string): Promise<readonly string[]> {
  try {
    return await readdir(directory);
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return [];
    throw error;
  }
}

async function sizeIfExists(path: string): Promise<number | null> {
  try {
    return (await stat(path)).size;
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return null;
    throw error;
  }
}

/** The major version in the text of `PG_VERSION`: `17`, or `9.6` of old, whose major version had two parts. */
export function parseMajor(text: string): number | null {
  const match = /^(\d{1,2})(\.\d+)?\s*$/.exec(text);
  return match?.[1] === undefined ? null : Number(match[1]);
}
