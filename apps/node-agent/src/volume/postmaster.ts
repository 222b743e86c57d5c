import { readdir, readFile, readlink } from 'node:fs/promises';
import { join } from 'node:path';
import { readIfExists } from './atomic-file.ts';

/** Finds the process id of a PostgreSQL that runs on a data directory, or null. */
export type FindPostmaster = (dataDir: string) => Promise<number | null>;

async function isPostgres(procRoot: string, pid: number): Promise<boolean> {
  try {
    return /^(postgres|postmaster)\s*$/.test(await readFile(join(procRoot, String(pid), 'comm'), 'utf8'));
  } catch {
    // The process has ended, or never was: the pid file of a container that died names any number.
    return false;
  }
}

async function workingDirectory(procRoot: string, pid: number): Promise<string | null> {
  try {
    return await readlink(join(procRoot, String(pid), 'cwd'));
  } catch {
    return null;
  }
}

/**
 * Looks for a PostgreSQL of this container that runs on `dataDir`: by the number in `postmaster.pid`, and by the working
 * directory of each one, since every process of a server works in its data directory, with or without that file.
 */
export function createPostmasterFinder(procRoot = '/proc'): FindPostmaster {
  return async (dataDir) => {
    const text = await readIfExists(join(dataDir, 'postmaster.pid'));
    const named = Number(text?.split('\n')[0]?.trim() ?? '');
    if (Number.isSafeInteger(named) && named > 0 && (await isPostgres(procRoot, named))) return named;
    for (const name of await readdir(procRoot)) {
      const pid = /^\d+$/.test(name) ? Number(name) : null;
      if (pid === null || !(await isPostgres(procRoot, pid))) continue;
      if ((await workingDirectory(procRoot, pid)) === dataDir) return pid;
    }
    return null;
  };
}
