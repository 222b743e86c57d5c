import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openJournal } from './journal.ts';
import { aDirectory } from './volume-builders.ts';

let path = '';
let remove = async () => {};

beforeEach(async () => {
  const directory = await aDirectory();
  path = join(directory.path, 'journal.json');
  remove = directory.remove;
});
afterEach(() => remove());

const open = (wallMs = 1000) => openJournal(path, () => wallMs);

describe('the journal', () => {
  it('knows after a crash what was begun and not done', async () => {
    const journal = await open();
    const first = await journal.begin('move-aside', 'pgdata', 'quarantine/a');
    await journal.begin('move-aside', 'etcd', 'quarantine/b');
    await journal.finish(first);
    const again = await open();
    expect(again.unfinished()).toMatchObject([{ from: 'etcd', to: 'quarantine/b', doneAtWallMs: null }]);
    expect(again.entries()).toHaveLength(2);
  });

  it('loses no step that begins while another one is being written', async () => {
    const journal = await open();
    const places = ['a', 'b', 'c', 'd'];
    const begun = await Promise.all(places.map((place) => journal.begin('move-aside', 'etcd', place)));
    await Promise.all(begun.slice(1).map((entry) => journal.finish(entry)));
    const again = await open();
    expect(again.entries().map(({ to }) => to)).toEqual(places);
    expect(again.unfinished().map(({ to }) => to)).toEqual(['a']);
  });

  it('forgets a step that did not happen', async () => {
    const journal = await open();
    await journal.drop(await journal.begin('move-aside', 'pgdata', 'quarantine/a'));
    expect((await open()).entries()).toEqual([]);
  });

  it('keeps the newest hundred, and every unfinished one', async () => {
    const journal = await open();
    const unfinished = await journal.begin('adopt-root', '.', 'pgdata');
    for (let number = 0; number < 110; number += 1) {
      await journal.finish(await journal.begin('move-aside', 'etcd', `quarantine/${number}`));
    }
    const kept = (await open()).entries();
    expect(kept).toHaveLength(100);
    expect(kept[0]).toEqual(unfinished);
    expect(kept.at(-1)?.to).toBe('quarantine/109');
  });

  it('remembers that a copy is contained, also of one that it did not move itself', async () => {
    const journal = await open();
    await journal.finish(await journal.begin('move-aside', 'pgdata', 'quarantine/a'));
    await journal.markContained('quarantine/a');
    await journal.markContained('quarantine/old');
    expect((await open()).entries()).toMatchObject([
      { step: 'move-aside', to: 'quarantine/a', contained: true },
      { step: 'mark-contained', to: 'quarantine/old', contained: true, doneAtWallMs: 1000 },
    ]);
  });

  it('is an error where it cannot be read: half of the data may be elsewhere', async () => {
    await writeFile(path, '{"version":1,"entries":[{}]}');
    await expect(open()).rejects.toMatchObject({ code: 'io' });
  });
});
