import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { RunWaldump } from '../volume/index.ts';
import { aDirectory, controlDataText, writeFiles } from '../volume/volume-builders.ts';
import { type PostgresSource, postgresReader } from './postgres-reader.ts';

let root = '';
let remove = async () => {};

beforeEach(async () => {
  ({ path: root, remove } = await aDirectory());
  await writeFiles(root, {
    'pgdata/PG_VERSION': '17\n',
    'pgdata/global/pg_control': 'x'.repeat(8192),
    'pgdata/postmaster.opts': '',
    'pgdata/pg_wal/000000010000000000000001': '',
  });
});
afterEach(() => remove());

/** A reader whose `pg_waldump` answers when the test says so. */
function aReader(difference: Partial<PostgresSource> = {}) {
  const answers: ((end: string) => void)[] = [];
  const runWaldump: RunWaldump = ({ fromLsn }) =>
    new Promise((resolve) => {
      answers.push((end) =>
        resolve({ stdout: `WAL statistics between ${fromLsn} and ${end}:\n`, stderr: '' }),
      );
    });
  const timelineOne = { "Latest checkpoint's TimeLineID": '1' };
  const reader = postgresReader({
    root,
    majorVersion: 17,
    runControlData: async () => controlDataText(timelineOne),
    runWaldump,
    walEndWaitMs: 30,
    ...difference,
  });
  const end = async (patroniAlive = false) => {
    const { data } = await reader.read({ patroniAlive });
    return data.kind === 'copy' ? (data.walEnd?.lsn ?? data.walEndUnknown) : data.kind;
  };
  /** The `pg_waldump` of that number, once it was started. */
  const answer = async (index: number, lsn: string) => {
    while (answers[index] === undefined) await new Promise((resolve) => setTimeout(resolve, 1));
    answers[index](lsn);
    await new Promise((resolve) => setTimeout(resolve, 5));
  };
  return { reader, end, answer, started: () => answers.length };
}

describe('the history of a copy that PostgreSQL runs on', () => {
  it('is that of the timeline it runs on, which is read when it moves to another one', async () => {
    const { reader, started } = aReader();
    const historyOn = async (runningTimeline: number | null) => {
      const { data } = await reader.read({ patroniAlive: true, runningTimeline });
      return data.kind === 'copy' ? data.history : data.kind;
    };
    expect(await historyOn(1)).toEqual([]);
    await writeFiles(root, {
      'pgdata/pg_wal/00000002.history': '1\t0/1700000\tno recovery target specified\n',
    });
    expect(await historyOn(1)).toEqual([]);
    expect(await historyOn(null)).toEqual([]);
    expect(await historyOn(2)).toEqual([{ timeline: 1, switchLsn: '0/1700000' }]);
    // A running PostgreSQL is never read by `pg_waldump`.
    expect(started()).toBe(0);
  });

  it('is none where it cannot be read', async () => {
    await writeFiles(root, { 'pgdata/pg_wal/00000002.history': 'damaged\n' });
    const { reader } = aReader();
    const { data } = await reader.read({ patroniAlive: true, runningTimeline: 2 });
    expect(data).toMatchObject({ kind: 'copy', history: [] });
  });
});

describe('the end of WAL', () => {
  it('does not hold up the look at the data while it is being read', async () => {
    const { end, answer, started } = aReader();
    expect(await end()).toBe('not read yet');
    expect(await end()).toBe('not read yet');
    await answer(0, '0/1800000');
    expect(await end()).toBe('0/1800000');
    expect(await end()).toBe('0/1800000');
    expect(started()).toBe(1);
  });

  it('is there at once when the reading is short', async () => {
    const { end } = aReader({
      walEndWaitMs: 5000,
      runWaldump: async () => ({
        stdout: 'WAL statistics between 0/1737810 and 0/1800000:\n',
        stderr: '',
      }),
    });
    expect(await end()).toBe('0/1800000');
  });

  it('is not told while PostgreSQL may be writing, and read anew afterwards', async () => {
    const { end, answer, started } = aReader();
    await end();
    await answer(0, '0/1800000');
    expect(await end(true)).toBe('PostgreSQL may be writing');
    expect(started()).toBe(1);
    expect(await end()).toBe('not read yet');
    await answer(1, '0/1900000');
    expect(await end()).toBe('0/1900000');
  });

  it('of an outdated reading is not taken for that of a later one', async () => {
    const { end, answer } = aReader();
    await end();
    await end(true);
    await end();
    await answer(0, '0/1800000');
    expect(await end()).toBe('not read yet');
    await answer(1, '0/1900000');
    expect(await end()).toBe('0/1900000');
  });

  it('is not read by an agent that starts beside a running PostgreSQL', async () => {
    const { end, started } = aReader();
    expect(await end(true)).toBe('PostgreSQL may be writing');
    expect(await end(true)).toBe('PostgreSQL may be writing');
    expect(started()).toBe(0);
  });

  it('is unknown without a pg_waldump', async () => {
    const reader = postgresReader({ root, majorVersion: 17, runControlData: async () => controlDataText() });
    expect((await reader.read({ patroniAlive: false })).data).toMatchObject({ kind: 'copy', walEnd: null });
    expect((await reader.read({ patroniAlive: false })).data).toMatchObject({
      walEndUnknown: 'there is no pg_waldump',
    });
  });
});
