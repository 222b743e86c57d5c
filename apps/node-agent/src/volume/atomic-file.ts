import { randomBytes } from 'node:crypto';
import { open, readFile, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { Owner } from './passwd.ts';
import { errnoOf } from './volume-error.ts';

/** Who may read the file; left to the process where no owner is given. */
export interface AtomicWriteOptions {
  readonly mode: number;
  readonly owner?: Owner;
}

/**
 * Replaces a file as a whole: after a crash it has its old or its new content, and once this returns the new one is on disk.
 * Its directory must exist. System errors pass through.
 */
export async function writeAtomically(
  path: string,
  text: string,
  options: AtomicWriteOptions,
): Promise<void> {
  const directory = dirname(path);
  const temporary = join(directory, `.${basename(path)}.${randomBytes(6).toString('hex')}.tmp`);
  try {
    const file = await open(temporary, 'wx', options.mode);
    try {
      if (options.owner !== undefined) await file.chown(options.owner.uid, options.owner.gid);
      // The umask has had its share of the mode given to open.
      await file.chmod(options.mode);
      await file.writeFile(text);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
  await syncDirectory(directory);
}

/** The text of a file, or null when there is none. Other system errors pass through. */
export async function readIfExists(path: string): Promise<string | null> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return null;
    throw error;
  }
}

/** Makes created, renamed and removed entries of a directory durable. */
export async function syncDirectory(directory: string): Promise<void> {
  const handle = await open(directory, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
