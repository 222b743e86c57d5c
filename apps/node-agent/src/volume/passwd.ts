import { readFile } from 'node:fs/promises';
import { VolumeError } from './volume-error.ts';

/** Whose a file is, by number. */
export interface Owner {
  readonly uid: number;
  readonly gid: number;
}

export const ROOT_OWNER: Owner = { uid: 0, gid: 0 };

function isNumber(text: string | undefined): boolean {
  return /^\d+$/.test(text ?? '');
}

/** Finds a user in the text of `/etc/passwd`: its number and that of its own group. */
export function parsePasswd(text: string, user: string): Owner | null {
  for (const line of text.split('\n')) {
    const [name, , uid, gid] = line.split(':');
    if (name === user && isNumber(uid) && isNumber(gid)) return { uid: Number(uid), gid: Number(gid) };
  }
  return null;
}

/** Finds a group's number in the text of `/etc/group`. */
export function parseGroup(text: string, group: string): number | null {
  for (const line of text.split('\n')) {
    const [name, , gid] = line.split(':');
    if (name === group && isNumber(gid)) return Number(gid);
  }
  return null;
}

/** @throws VolumeError `unknown-user` */
export async function findUser(user: string, passwdPath = '/etc/passwd'): Promise<Owner> {
  const owner = parsePasswd(await readFile(passwdPath, 'utf8'), user);
  if (owner !== null) return owner;
  throw new VolumeError('unknown-user', `${passwdPath} has no user ${user}`);
}

/** @throws VolumeError `unknown-user` */
export async function findGroup(group: string, groupPath = '/etc/group'): Promise<number> {
  const gid = parseGroup(await readFile(groupPath, 'utf8'), group);
  if (gid !== null) return gid;
  throw new VolumeError('unknown-user', `${groupPath} has no group ${group}`);
}
