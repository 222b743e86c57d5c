import { mkdir, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createPostmasterFinder } from './postmaster.ts';
import { aDirectory, writeFiles } from './volume-builders.ts';

let directory = '';
let remove = async () => {};

beforeEach(async () => {
  ({ path: directory, remove } = await aDirectory());
  await mkdir(join(directory, 'data'));
});
afterEach(() => remove());

/** Looks with a `/proc` that shows these processes. */
async function find(pidFile: string | null, processes: Record<number, { comm: string; cwd: string }>) {
  await writeFiles(directory, { 'proc/self': null });
  if (pidFile !== null) await writeFiles(directory, { 'data/postmaster.pid': pidFile });
  for (const [pid, { comm, cwd }] of Object.entries(processes)) {
    await writeFiles(directory, { [`proc/${pid}/comm`]: `${comm}\n` });
    await symlink(cwd === 'data' ? join(directory, 'data') : cwd, join(directory, 'proc', pid, 'cwd'));
  }
  return createPostmasterFinder(join(directory, 'proc'))(join(directory, 'data'));
}

describe('a running PostgreSQL', () => {
  it('is found by the number in its file', async () => {
    expect(await find('42\n/elsewhere\n', { 42: { comm: 'postgres', cwd: '/' } })).toBe(42);
  });

  it('is found by where it works, without its file', async () => {
    expect(await find(null, { 43: { comm: 'postgres', cwd: 'data' } })).toBe(43);
  });

  it.each([
    ['nothing runs', '42\n', {}],
    ['another program has its number now', '42\n', { 42: { comm: 'python3', cwd: 'data' } }],
    ['it works elsewhere', null, { 42: { comm: 'postgres', cwd: '/elsewhere' } }],
    ['the file was left empty', '', {}],
    ['the file holds no number', 'x\n', {}],
  ])('is not seen where %s', async (_what, pidFile, processes) => {
    expect(await find(pidFile, processes)).toBeNull();
  });
});
