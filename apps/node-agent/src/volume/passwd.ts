import { readFile } from 'node:fs/promises';
import { VolumeError } from './volume-error.ts';

/** Whose a file is, by number. */
export interface Owner {
  readonly uid: number;
  readonly gid: number;
}

export const ROOT_OWNER: Owner = { uid: 0, gid: 0 };

/** Finds a user in the text of `/etc/passwd`: its number and that of its own group. */
export function parsePasswd(text: string, user: string): Owner | null {
  for (const line of text.split('\n')) {
    const [name, , uid, gid] = line.split(':');
    if (name === user && /^\d+$/.test(uid ?? '') && /^\d+$/.test(gid ?? '')) {
      return { uid: Number(uid), gid: Number(gid) };
    }
  }
  return null;
}

/** @throws VolumeError `unknown-user` */
export async function findUser(user: string, passwdPath = '/etc/passwd'): Promise<Owner> {
  const owner = parsePasswd(await readFile(passwdPath, 'utf8'), user);
  if (owner !== null) return owner;
  throw new VolumeError('unknown-user', `${passwdPath} has no user ${user}`);
}
