import { lstat, rename } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { syncDirectory } from './atomic-file.ts';
import { errnoOf, VolumeError } from './volume-error.ts';

/**
 * Moves a file or directory aside, into `<quarantine>/<time>-<reason>-<name>`, durably. Nothing is ever deleted or replaced;
 * a name that is taken gets a number.
 * @returns the new path
 * @throws VolumeError `not-movable`, or `io` when the move could not be made durable
 */
export async function moveAside(
  path: string,
  quarantineDirectory: string,
  reason: string,
  now: Date,
): Promise<string> {
  const time = now
    .toISOString()
    .replaceAll(':', '')
    .replace(/\.\d+Z$/, 'Z');
  const slug = reason
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^-|-$/g, '')
    .slice(0, 40);
  const target = await freeName(join(quarantineDirectory, `${time}-${slug}-${basename(path)}`));
  try {
    await rename(path, target);
  } catch (cause) {
    throw new VolumeError('not-movable', `${path} cannot be moved to ${target}: ${errnoOf(cause)}`, cause);
  }
  try {
    await syncDirectory(quarantineDirectory);
    await syncDirectory(dirname(path));
  } catch (cause) {
    throw new VolumeError('io', `the move of ${path} to ${target} may not be durable`, cause);
  }
  return target;
}

/** A rename would replace an empty directory without a word. */
async function freeName(wanted: string): Promise<string> {
  for (let number = 1; ; number += 1) {
    const candidate = number === 1 ? wanted : `${wanted}-${number}`;
    try {
      await lstat(candidate);
    } catch (error) {
      if (errnoOf(error) === 'ENOENT') return candidate;
      throw new VolumeError('io', `${candidate} cannot be read`, error);
    }
  }
}
