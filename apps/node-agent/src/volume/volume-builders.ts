import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

/** For tests: a directory of its own, and what removes it. */
export async function aDirectory(): Promise<{ path: string; remove: () => Promise<void> }> {
  const path = await mkdtemp(join(tmpdir(), 'volume-'));
  return { path, remove: () => rm(path, { recursive: true }) };
}

/** For tests: files below a directory, with the directories they need; `null` makes an empty directory. */
export async function writeFiles(
  root: string,
  files: Readonly<Record<string, string | null>>,
): Promise<void> {
  for (const [name, text] of Object.entries(files)) {
    const path = join(root, name);
    await mkdir(text === null ? path : dirname(path), { recursive: true });
    if (text !== null) await writeFile(path, text);
  }
}

/** For tests: gives every path its mode, whatever the umask says. */
export async function setModes(root: string, modes: Readonly<Record<string, number>>): Promise<void> {
  for (const [name, mode] of Object.entries(modes)) await chmod(join(root, name), mode);
}

/** For tests: the output of PostgreSQL 17's `pg_controldata`, with some lines changed. */
export function controlDataText(changes: Readonly<Record<string, string>> = {}): string {
  const lines = {
    'pg_control version number': '1700',
    'Database system identifier': '7711296651043239716',
    'Database cluster state': 'in production',
    'pg_control last modified': 'Mon Nov 23 09:29:23 2026',
    'Latest checkpoint location': '0/1737810',
    "Latest checkpoint's REDO location": '0/1737810',
    "Latest checkpoint's TimeLineID": '3',
    "Latest checkpoint's PrevTimeLineID": '3',
    "Latest checkpoint's NextXID": '0:738',
    'Minimum recovery ending location': '0/0',
    "Min recovery ending loc's timeline": '0',
    'Backup start location': '0/0',
    'Backup end location': '0/0',
    'Bytes per WAL segment': '16777216',
    'End-of-backup record required': 'no',
    ...changes,
  };
  return `${Object.entries(lines)
    .map(([name, value]) => `${`${name}:`.padEnd(38)}${value}`)
    .join('\n')}\n`;
}
