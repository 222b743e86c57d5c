import { chown, mkdir, readdir, readFile, rename, stat, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type AdoptionOptions, adoptRootData, isAdopting } from './adoption.ts';
import { openJournal } from './journal.ts';
import { aDirectory, writeFiles } from './volume-builders.ts';

let root = '';
let remove = async () => {};

beforeEach(async () => {
  ({ path: root, remove } = await aDirectory());
  await writeFiles(root, { pgdata: null, etcd: null, 'flux-pg': null, quarantine: null, 'lost+found': null });
});
afterEach(() => remove());

/** A volume as flux-pg-cluster 1.x left it. */
const version1 = {
  PG_VERSION: '17\n',
  'global/pg_control': 'control',
  'base/1/PG_VERSION': '17\n',
  'pg_wal/000000010000000000000001': 'wal',
  'postgresql.conf': 'port = 5432',
  'postmaster.opts': 'postgres',
  'postmaster.pid': '99\n/var/lib/postgresql/data\n',
};
const entries = [...new Set(Object.keys(version1).map((path) => path.split('/')[0]))].sort();
const ours = ['etcd', 'flux-pg', 'lost+found', 'pgdata', 'quarantine'];

/** Opens the journal anew, as a start of the agent does. */
async function adopt(difference: Partial<AdoptionOptions> = {}) {
  const journal = await openJournal(join(root, 'flux-pg/journal.json'), () => 1000);
  const result = adoptRootData({
    root,
    majorVersion: 17,
    journal,
    findPostmaster: async () => null,
    ...difference,
  });
  return { result: await result.catch((error: Error) => error), journal };
}

async function everyFile() {
  const found = await Promise.all(
    Object.entries(version1).map(async ([path, text]) => {
      return (await readFile(join(root, 'pgdata', path), 'utf8')) === text;
    }),
  );
  return found.every(Boolean);
}

describe('a PGDATA at the root', () => {
  it('is moved as a whole; the agent’s own directories stay', async () => {
    await writeFiles(root, version1);
    const { result, journal } = await adopt();
    expect(result).toEqual({ ok: true });
    expect((await readdir(root)).sort()).toEqual(ours);
    expect(await everyFile()).toBe(true);
    expect(isAdopting(journal)).toBe(false);
    expect(journal.entries()).toMatchObject([{ step: 'adopt-root', doneAtWallMs: 1000 }]);
  });

  it.each(entries.map((_entry, moves) => moves))(
    'is moved on after a crash behind %i moves',
    async (moves) => {
      await writeFiles(root, version1);
      let left = moves;
      const first = await adopt({
        rename: async (from, to) => {
          if (left === 0) throw Object.assign(new Error('killed'), { code: 'EIO' });
          left -= 1;
          await rename(from, to);
        },
      });
      expect(first.result).toMatchObject({ code: 'io' });
      expect(isAdopting(first.journal)).toBe(true);
      expect(await readdir(root)).toContain('PG_VERSION');
      expect(await readdir(join(root, 'pgdata'))).toHaveLength(moves);
      expect((await adopt()).result).toEqual({ ok: true });
      expect((await readdir(root)).sort()).toEqual(ours);
      expect(await everyFile()).toBe(true);
    },
  );

  it('is done with after a crash between the last move and the journal', async () => {
    await writeFiles(root, version1);
    const crashed = await openJournal(join(root, 'flux-pg/journal.json'), () => 1000);
    const finish = async () => {
      throw new Error('killed');
    };
    const { result } = await adopt({ journal: { ...crashed, finish } });
    expect(result).toMatchObject({ message: 'killed' });
    const again = await adopt();
    expect(again.result).toEqual({ ok: true });
    expect(isAdopting(again.journal)).toBe(false);
    expect(await everyFile()).toBe(true);
  });

  it.runIf(process.getuid?.() === 0)('gets the owner of pgdata, whoever it had', async () => {
    await writeFiles(root, version1);
    await chown(join(root, 'pgdata'), 1234, 1235);
    await chown(join(root, 'base/1/PG_VERSION'), 4321, 4321);
    await adopt();
    const paths = ['base', 'base/1', 'base/1/PG_VERSION', 'PG_VERSION'];
    const found = await Promise.all(paths.map((path) => stat(join(root, 'pgdata', path))));
    expect(found.map(({ uid, gid }) => [uid, gid])).toEqual(paths.map(() => [1234, 1235]));
  });

  it('never replaces what came in its way meanwhile', async () => {
    await writeFiles(root, version1);
    const { result } = await adopt({
      rename: async (from, to) => {
        await rename(from, to);
        await writeFile(join(root, 'pgdata', 'postgresql.conf'), 'another');
      },
    });
    expect(result).toMatchObject({ code: 'not-movable' });
    expect(await readFile(join(root, 'postgresql.conf'), 'utf8')).toBe('port = 5432');
  });
});

describe('nothing is moved', () => {
  const refusals: [string, string, Record<string, string | null>][] = [
    ['where there is nothing at the root', 'nothing-at-root', {}],
    ['of another major version', 'other-major-version', { ...version1, PG_VERSION: '14\n' }],
    ['whose version cannot be read', 'version-unreadable', { ...version1, PG_VERSION: '' }],
    ['while pgdata holds anything', 'pgdata-not-empty', { ...version1, 'pgdata/PG_VERSION': '17\n' }],
  ];

  it.each(refusals)('%s', async (_what, problem, files) => {
    await writeFiles(root, files);
    const before = (await readdir(root)).sort();
    const { result, journal } = await adopt();
    expect(result).toMatchObject({ ok: false, problem, detail: expect.stringMatching(/./) });
    expect((await readdir(root)).sort()).toEqual(before);
    expect(journal.entries()).toEqual([]);
  });

  it('while PostgreSQL runs on it, or on what has been moved already', async () => {
    await writeFiles(root, version1);
    const asked: string[] = [];
    const findPostmaster = async (dataDir: string) => {
      asked.push(dataDir);
      return dataDir.endsWith('pgdata') ? 99 : null;
    };
    const { result } = await adopt({ findPostmaster });
    expect(result).toMatchObject({ ok: false, problem: 'postmaster-runs' });
    expect(asked).toHaveLength(2);
    expect(await readdir(join(root, 'pgdata'))).toEqual([]);
  });

  it.each([
    ['a relative link', '../elsewhere', false],
    ['a link to what is moved', 'ROOT/real_wal', false],
    ['a link to another place', '/nonexistent/wal', true],
  ])('where %s would lead nowhere afterwards', async (_what, target, ok) => {
    const { 'pg_wal/000000010000000000000001': _wal, ...rest } = version1;
    await writeFiles(root, rest);
    await mkdir(join(root, 'real_wal'));
    await symlink(target.replace('ROOT', root), join(root, 'pg_wal'));
    expect((await adopt()).result).toMatchObject(ok ? { ok } : { ok, problem: 'link-into-root' });
  });
});
