import { chmod, lchown, lstat, mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { type Owner, ROOT_OWNER } from './passwd.ts';
import { errnoOf, VolumeError } from './volume-error.ts';

/** The directory that Flux keeps, and who its parts belong to. */
export interface VolumeOptions {
  readonly root: string;
  readonly postgres: Owner;
  readonly etcd: Owner;
  /** Whose the agent's own directories are; default root. */
  readonly agent?: Owner;
}

const PRIVATE_MODE = 0o700;

/**
 * What the root needs: everybody may pass, and Patroni may make and rename PGDATA in it, as on a Flux volume, which is 0777.
 * The sticky bit keeps PostgreSQL's user from renaming the agent's directories away.
 */
const ROOT_MODE = 0o1777;

/**
 * Creates the directories of the volume where they are missing and mends their owners and modes: FluxOS may have made
 * everything below the root 0777, and PostgreSQL starts only in a directory that is its own and private. It does not mind
 * the modes of the files within. Cheap enough for each start of a program.
 * @returns a line for each thing that was created or mended
 * @throws VolumeError `io`, or `not-a-directory` where a file or a link is in the way
 */
export async function prepareVolume(options: VolumeOptions): Promise<readonly string[]> {
  const { root, postgres, etcd, agent = ROOT_OWNER } = options;
  const directories: readonly (readonly [name: string, owner: Owner])[] = [
    ['pgdata', postgres],
    ['etcd', etcd],
    ['flux-pg', agent],
    ['quarantine', agent],
  ];
  const mended = [...(await mendMode(root, ROOT_MODE))];
  for (const [name, owner] of directories) {
    const path = join(root, name);
    mended.push(
      ...(await create(path)),
      ...(await mendOwner(path, owner)),
      ...(await mendMode(path, PRIVATE_MODE)),
    );
  }
  return mended;
}

async function create(path: string): Promise<readonly string[]> {
  try {
    await mkdir(path, { mode: PRIVATE_MODE });
    return [`${path}: created`];
  } catch (cause) {
    if (errnoOf(cause) === 'EEXIST') return [];
    throw new VolumeError('io', `${path} cannot be created`, cause);
  }
}

async function mendMode(path: string, mode: number): Promise<readonly string[]> {
  const found = (await directoryStat(path)).mode & 0o7777;
  if (found === mode) return [];
  await doing(`the mode of ${path} cannot be set`, chmod(path, mode));
  return [`${path}: mode ${found.toString(8)} set to ${mode.toString(8)}`];
}

async function mendOwner(path: string, owner: Owner): Promise<readonly string[]> {
  const found = await directoryStat(path);
  if (found.uid === owner.uid && found.gid === owner.gid) return [];
  await doing(`the owner of ${path} cannot be set`, giveTo(path, owner));
  return [`${path}: owner ${found.uid}:${found.gid} set to ${owner.uid}:${owner.gid}`];
}

/**
 * Gives a file, or a directory with all in it, to an owner; links are not followed. The top comes last: as long as it has
 * its old owner, an interrupted change is taken up again at the next start. System errors pass through.
 */
export async function giveTo(path: string, owner: Owner): Promise<void> {
  if ((await lstat(path)).isDirectory()) {
    for (const name of await readdir(path)) await giveTo(join(path, name), owner);
  }
  await lchown(path, owner.uid, owner.gid);
}

/** Links are not followed: whoever may write to the root could let them point anywhere. */
async function directoryStat(path: string) {
  const found = await doing(`${path} cannot be read`, lstat(path));
  if (found.isDirectory()) return found;
  throw new VolumeError('not-a-directory', `${path} is not a directory`);
}

async function doing<T>(failure: string, work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (cause) {
    throw new VolumeError('io', failure, cause);
  }
}
