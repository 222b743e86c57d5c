import { readdir, readFile, stat, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { readIfExists, writeAtomically } from './atomic-file.ts';
import { loadDocument, saveDocument } from './json-document.ts';
import { moveAside } from './quarantine.ts';
import { aDirectory, writeFiles } from './volume-builders.ts';

let directory = '';
let remove = async () => {};

beforeEach(async () => {
  ({ path: directory, remove } = await aDirectory());
});

afterEach(() => remove());

describe('writeAtomically', () => {
  it('replaces the content, sets the mode and leaves nothing else behind', async () => {
    const path = join(directory, 'node.json');
    await writeAtomically(path, 'old', { mode: 0o644 });
    await writeAtomically(path, 'new', { mode: 0o660 });
    expect(await readFile(path, 'utf8')).toBe('new');
    expect((await stat(path)).mode & 0o777).toBe(0o660);
    expect(await readdir(directory)).toEqual(['node.json']);
  });

  it('leaves the old content and no rest when it fails', async () => {
    const path = join(directory, 'taken');
    await writeFiles(directory, { 'taken/file': 'precious' });
    await expect(writeAtomically(path, 'new', { mode: 0o600 })).rejects.toMatchObject({ code: 'EISDIR' });
    expect(await readdir(directory)).toEqual(['taken']);
  });

  it('keeps one of two contents whole when both are written at once', async () => {
    const path = join(directory, 'node.json');
    const texts = ['a', 'b'].map((letter) => letter.repeat(100_000));
    await Promise.all(texts.map((text) => writeAtomically(path, text, { mode: 0o600 })));
    expect(texts).toContain(await readFile(path, 'utf8'));
  });

  it('replaces a link instead of following it', async () => {
    await writeFiles(directory, { target: 'precious' });
    await symlink(join(directory, 'target'), join(directory, 'link'));
    await writeAtomically(join(directory, 'link'), 'new', { mode: 0o600 });
    expect(await readFile(join(directory, 'target'), 'utf8')).toBe('precious');
  });
});

it('readIfExists tells a missing file from one that cannot be read', async () => {
  expect(await readIfExists(join(directory, 'missing'))).toBeNull();
  await expect(readIfExists(directory)).rejects.toMatchObject({ code: 'EISDIR' });
});

describe('a document', () => {
  const schema = z.object({ nodeId: z.string(), epoch: z.int() });

  it('comes back as it was saved', async () => {
    const path = join(directory, 'node.json');
    await saveDocument(path, { nodeId: 'a', epoch: 1 }, { mode: 0o600 });
    expect(await loadDocument(path, schema)).toEqual({ kind: 'loaded', value: { nodeId: 'a', epoch: 1 } });
  });

  it('is absent only when there is no file', async () => {
    expect(await loadDocument(join(directory, 'node.json'), schema)).toEqual({ kind: 'absent' });
  });

  it.each([
    ['an empty file', '', 'not-json'],
    ['a cut file', '{"nodeId":"secret', 'not-json'],
    ['another shape', '{"nodeId":"secret","epoch":"secret"}', 'schema'],
    ['nothing but null', 'null', 'schema'],
  ])('is corrupt as %s, and the detail quotes none of it', async (_what, text, reason) => {
    await writeFiles(directory, { 'node.json': text });
    const loaded = await loadDocument(join(directory, 'node.json'), schema);
    expect(loaded).toMatchObject({ kind: 'corrupt', reason });
    expect(JSON.stringify(loaded)).not.toContain('secret');
  });

  it('is corrupt when the file cannot be read', async () => {
    expect(await loadDocument(directory, schema)).toMatchObject({ kind: 'corrupt', reason: 'unreadable' });
  });
});

describe('moveAside', () => {
  const now = new Date('2026-11-23T10:20:30.456Z');

  it('keeps everything under a name that says when and why', async () => {
    await writeFiles(directory, { 'pgdata/base/1': 'precious', quarantine: null });
    const target = await moveAside(
      join(directory, 'pgdata'),
      join(directory, 'quarantine'),
      'Cut initdb!',
      now,
    );
    expect(target).toBe(join(directory, 'quarantine/2026-11-23T102030Z-cut-initdb-pgdata'));
    expect(await readFile(join(target, 'base/1'), 'utf8')).toBe('precious');
    expect(await readdir(directory)).toEqual(['quarantine']);
  });

  it('never replaces what was moved aside before, not even an empty directory', async () => {
    const quarantine = join(directory, 'quarantine');
    await writeFiles(directory, { quarantine: null });
    for (const content of [null, 'second', 'third']) {
      await writeFiles(directory, { etcd: content });
      await moveAside(join(directory, 'etcd'), quarantine, 'lost', now);
    }
    const name = '2026-11-23T102030Z-lost-etcd';
    expect((await readdir(quarantine)).sort()).toEqual([name, `${name}-2`, `${name}-3`]);
    expect(await readFile(join(quarantine, `${name}-3`), 'utf8')).toBe('third');
  });

  it('says so when there is nothing to move or no place for it', async () => {
    await writeFiles(directory, { pgdata: null, quarantine: null });
    const refused = expect.objectContaining({ name: 'VolumeError', code: 'not-movable' });
    const quarantine = join(directory, 'quarantine');
    await expect(moveAside(join(directory, 'missing'), quarantine, 'x', now)).rejects.toEqual(refused);
    await expect(moveAside(join(directory, 'pgdata'), join(directory, 'none'), 'x', now)).rejects.toEqual(
      refused,
    );
  });
});
