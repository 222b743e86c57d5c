import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openJournal } from './journal.ts';
import { listQuarantine, type QuarantineOptions, releaseQuarantine } from './quarantine-store.ts';
import { aDirectory, controlDataText, writeFiles } from './volume-builders.ts';

let root = '';
let remove = async () => {};

beforeEach(async () => {
  ({ path: root, remove } = await aDirectory());
  await writeFiles(root, { 'flux-pg': null, quarantine: null });
});
afterEach(() => remove());

/** Files of something in the quarantine. */
function inQuarantine(name: string, files: Record<string, string | null>) {
  return writeFiles(
    root,
    Object.fromEntries(Object.entries(files).map(([path, text]) => [`quarantine/${name}/${path}`, text])),
  );
}

const control = { 'global/pg_control': 'x'.repeat(8192) };
const aWhole = { PG_VERSION: '17\n', ...control, 'postmaster.opts': '', 'base/5/16384': 'rows' };
const aCutClone = { PG_VERSION: '17\n', ...control, backup_label: 'BACKUP METHOD: streamed\n' };
const aCutRewind = { ...aWhole, backup_label: 'BACKUP METHOD: pg_rewind\n' };
const aCutInitdb = { PG_VERSION: '17\n', pg_wal: null, 'base/1/1259': '' };

async function options(freeBytes: () => number = () => 0): Promise<QuarantineOptions> {
  return {
    root,
    majorVersion: 17,
    runControlData: async () => controlDataText(),
    journal: await openJournal(join(root, 'flux-pg/journal.json'), () => 1000),
    freeBytes: async () => freeBytes(),
  };
}

const left = async () => (await readdir(join(root, 'quarantine'))).sort();

describe('what is in the quarantine', () => {
  it.each<[string, Record<string, string | null>, string]>([
    ['a whole copy', aWhole, 'copy'],
    ['a clone that was cut short', aCutClone, 'partial'],
    ['an initdb that was cut short', aCutInitdb, 'partial'],
    ['a rewind that was cut short', aCutRewind, 'copy'],
    ['another version’s data', { ...aWhole, PG_VERSION: '14\n' }, 'copy'],
    ['a restored backup that looks like a clone', { ...aCutClone, 'recovery.signal': '' }, 'copy'],
    ['a restored backup that looks like an initdb', { ...aCutInitdb, 'base/5/16384': 'rows' }, 'copy'],
    ['etcd’s data', { 'member/wal/0.wal': 'x' }, 'other'],
    ['an empty directory', { '.': null }, 'other'],
  ])('is told for %s by looking at it', async (_what, files, holds) => {
    await inQuarantine('thing', files);
    const [entry] = await listQuarantine(await options());
    expect(entry).toMatchObject({ name: 'thing', holds, contained: false });
  });

  it('is told with its size', async () => {
    await inQuarantine('big', { ...aWhole, 'base/5/16385': 'x'.repeat(1_000_000) });
    const [entry] = await listQuarantine(await options());
    expect(entry?.bytes).toBeGreaterThan(1_000_000);
    expect(entry?.bytes).toBeLessThan(1_100_000);
  });
});

describe('space is made', () => {
  it('at once by what is worthless, never by a copy that nobody has seen in the leader’s history', async () => {
    await inQuarantine('a-copy', aWhole);
    await inQuarantine('b-clone', aCutClone);
    await inQuarantine('c-etcd', { 'member/wal/0.wal': 'x' });
    const result = await releaseQuarantine(await options(), { keepBytesFree: 1_000_000 });
    expect(result).toEqual({ released: ['b-clone'], kept: ['a-copy', 'c-etcd'], freeBytes: 0 });
    expect(await left()).toEqual(['a-copy', 'c-etcd']);
  });

  it('by contained copies, oldest first, only until enough is free', async () => {
    for (const name of ['1-copy', '2-copy', '3-copy']) await inQuarantine(name, aWhole);
    let free = 0;
    const given = await options(() => {
      free += 100;
      return free;
    });
    for (const name of ['2-copy', '1-copy', '3-copy'])
      await given.journal.markContained(`quarantine/${name}`);
    const result = await releaseQuarantine(given, { keepBytesFree: 300 });
    expect(result.released).toEqual(['1-copy', '2-copy']);
    expect(await left()).toEqual(['3-copy']);
  });

  it('not at all by copies while enough is free', async () => {
    await inQuarantine('a-copy', aWhole);
    const given = await options(() => 500);
    await given.journal.markContained('quarantine/a-copy');
    expect(await releaseQuarantine(given, { keepBytesFree: 500 })).toMatchObject({ released: [] });
    expect(await left()).toEqual(['a-copy']);
  });
});
