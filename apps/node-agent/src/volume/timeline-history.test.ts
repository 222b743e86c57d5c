import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parseTimelineHistory, readTimelineHistories } from './timeline-history.ts';
import { aDirectory, writeFiles } from './volume-builders.ts';

/** As PostgreSQL 17 wrote it after two promotions. */
const twice = '1\t0/4BBFFB0\tno recovery target specified\n\n2\t0/4CD2F30\tno recovery target specified\n';
const switches = [
  { timeline: 1, switchLsn: '0/4BBFFB0' },
  { timeline: 2, switchLsn: '0/4CD2F30' },
];

describe('a timeline history', () => {
  it('is read oldest first; comments and empty lines mean nothing', () => {
    expect(parseTimelineHistory(`# by hand\n${twice}`)).toEqual(switches);
    expect(parseTimelineHistory('')).toEqual([]);
  });

  it.each([
    ['is cut short', '1\t0/'],
    ['has no position', '1\tx\ty\n'],
    ['goes backwards', '2\t0/1\tx\n1\t0/2\tx\n'],
    ['has a timeline of zero', '0\t0/1\tx\n'],
  ])('is damaged where it %s', (_what, text) => {
    expect(parseTimelineHistory(text)).toBeNull();
  });
});

describe('the histories of a pg_wal', () => {
  let directory = '';
  let remove = async () => {};
  beforeEach(async () => {
    ({ path: directory, remove } = await aDirectory());
  });
  afterEach(() => remove());

  it('are found by timeline; one that cannot be this timeline’s is damaged', async () => {
    await writeFiles(directory, {
      '0000000A.history': twice,
      '00000002.history': twice,
      '00000003.history': '',
      '000000010000000000000001': '',
    });
    expect(await readTimelineHistories(directory)).toEqual(
      new Map<number, unknown>([
        [10, switches],
        [2, null],
        [3, null],
      ]),
    );
  });
});
