import { lstat, rename } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { syncDirectory } from './atomic-file.ts';
import { errnoOf, VolumeError } from './volume-error.ts';

/**
 * A free name in the quarantine: `<quarantine>/<time>-<reason>-<name>`, with a number where that is taken.
 * @throws VolumeError `io`
 */
export async function asidePath(
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
  return freeName(join(quarantineDirectory, `${time}-${slug}-${basename(path)}`));
}

/**
 * Moves a file or directory to a free name, durably. Nothing is ever deleted or replaced.
 * @throws VolumeError `not-movable`, or `io` when the move could not be made durable
 */
export async function moveTo(path: string, target: string): Promise<void> {
  try {
    await rename(path, target);
  } catch (cause) {
    throw new VolumeError('not-movable', `${path} cannot be moved to ${target}: ${errnoOf(cause)}`, cause);
  }
  try {
    await syncDirectory(dirname(target));
    await syncDirectory(dirname(path));
  } catch (cause) {
    throw new VolumeError('io', `the move of ${path} to ${target} may not be durable`, cause);
  }
}

/**
 * Moves a file or directory aside.
 * @returns the new path
 * @throws VolumeError as `asidePath` and `moveTo`
 */
export async function moveAside(
  path: string,
  quarantineDirectory: string,
  reason: string,
  now: Date,
): Promise<string> {
  const target = await asidePath(path, quarantineDirectory, reason, now);
  await moveTo(path, target);
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
