import { mkdir, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { aDirectory, controlDataText, writeFiles } from '../volume/volume-builders.ts';
import { openVolume, type VolumeSource } from './open-volume.ts';

let root = '';
let remove = async () => {};

beforeEach(async () => {
  ({ path: root, remove } = await aDirectory());
});
afterEach(() => remove());

function open(difference: Partial<VolumeSource> = {}) {
  return openVolume({
    root,
    majorVersion: 17,
    runControlData: async () => controlDataText(),
    prepare: async () => {
      for (const name of ['pgdata', 'etcd', 'flux-pg', 'quarantine']) {
        await mkdir(join(root, name), { recursive: true });
      }
    },
    wallMs: () => Date.parse('2026-11-23T09:29:23Z'),
    findPostmaster: async () => null,
    ...difference,
  });
}

const look = { patroniAlive: false };
const journalPath = () => join(root, 'flux-pg/journal.json');

/** A journal with one step that was begun. */
async function begun(step: string, from: string, to: string) {
  const entry = { step, from, to, startedAtWallMs: 5, doneAtWallMs: null, contained: false };
  await writeFiles(root, { 'flux-pg/journal.json': JSON.stringify({ version: 1, entries: [entry] }) });
}

describe('a move aside', () => {
  it('is in the journal, as begun before and as done after', async () => {
    const volume = await open();
    await writeFiles(root, { 'pgdata/PG_VERSION': '17\n' });
    await volume.setAsidePostgres('unfinished');
    expect(await volume.quarantine()).toMatchObject([{ name: '2026-11-23T092923Z-unfinished-pgdata' }]);
    const stored = await open();
    expect(await stored.inspect(look)).toMatchObject({ postgres: { kind: 'absent' } });
  });

  it('that had happened when the agent was killed is over at the next start', async () => {
    await writeFiles(root, { 'quarantine/aside/PG_VERSION': '17\n' });
    await begun('move-aside', 'pgdata', 'quarantine/aside');
    const volume = await open();
    expect(await volume.inspect(look)).toMatchObject({ postgres: { kind: 'absent' } });
    expect(await volume.quarantine()).toHaveLength(1);
    await open();
  });

  it('that had not happened yet is decided anew', async () => {
    await writeFiles(root, { 'pgdata/PG_VERSION': '14\n' });
    await begun('move-aside', 'pgdata', 'quarantine/aside');
    const volume = await open();
    expect(await volume.inspect(look)).toMatchObject({ postgres: { kind: 'unreadable', majorVersion: 14 } });
    expect(await readdir(join(root, 'quarantine'))).toEqual([]);
  });
});

describe('an interrupted deletion', () => {
  it('goes on at the next start', async () => {
    await writeFiles(root, { 'quarantine/half/base/1/1': '', 'quarantine/whole/PG_VERSION': '17\n' });
    await begun('release', 'quarantine/half', '');
    await open();
    expect(await readdir(join(root, 'quarantine'))).toEqual(['whole']);
    await rm(journalPath());
  });
});

describe('data of version 1', () => {
  const version1 = {
    PG_VERSION: '17\n',
    'global/pg_control': 'x'.repeat(8192),
    'postmaster.opts': '',
    'base/1/1': 'row',
  };
  const entries = 4;

  it('is a copy once it was adopted', async () => {
    await writeFiles(root, version1);
    const volume = await open();
    expect(await volume.inspect(look)).toMatchObject({ atRoot: true, atRootMajorVersion: 17 });
    expect(await volume.adoptRootData()).toEqual({ ok: true });
    expect(await volume.inspect(look)).toMatchObject({ postgres: { kind: 'copy' }, atRoot: false });
  });

  it('of another major version stays where it is, with a clear problem', async () => {
    await writeFiles(root, { ...version1, PG_VERSION: '14\n' });
    expect(await (await open()).adoptRootData()).toMatchObject({
      ok: false,
      problem: 'other-major-version',
      detail: expect.stringMatching(/PostgreSQL 14.*17/),
    });
  });

  it.each([0, 1, 2, 3])(
    'killed behind %i moves is neither absent nor unfinished, and adopted at the next start',
    async (moves) => {
      expect(moves).toBeLessThan(entries);
      await writeFiles(root, version1);
      let left = moves;
      const volume = await open({
        rename: async (from, to) => {
          if (left-- <= 0) throw Object.assign(new Error('killed'), { code: 'EIO' });
          await rename(from, to);
        },
      });
      await expect(volume.adoptRootData()).rejects.toThrow();
      expect(await volume.inspect(look)).toMatchObject({ postgres: { kind: 'unreadable' }, atRoot: true });
      const again = await open();
      expect(await again.inspect(look)).toMatchObject({ postgres: { kind: 'copy' }, atRoot: false });
      expect(await readdir(join(root, 'pgdata'))).toHaveLength(entries);
    },
  );

  it('that cannot be moved on is told by a node that comes up all the same', async () => {
    await writeFiles(root, version1);
    await begun('adopt-root', '.', 'pgdata');
    const volume = await open({ findPostmaster: async () => 99 });
    expect(await volume.inspect(look)).toMatchObject({ postgres: { kind: 'unreadable' }, atRoot: true });
    expect(await volume.adoptRootData()).toMatchObject({ ok: false, problem: 'postmaster-runs' });
    await expect(volume.setAsidePostgres('unfinished')).rejects.toMatchObject({ code: 'not-movable' });
  });
});

describe('a journal', () => {
  it('that cannot be read, or holds a step of another version, keeps the volume closed', async () => {
    await open();
    await writeFile(journalPath(), '{');
    await expect(open()).rejects.toThrow(/the volume's state cannot be used/);
    await begun('compress', 'pgdata', 'quarantine/aside');
    await expect(open()).rejects.toThrow(/compress is under way/);
  });
});
