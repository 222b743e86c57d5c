import { readdir, readFile, readlink } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ControlData } from './control-data.ts';
import { aDirectory, writeFiles } from './volume-builders.ts';
import { readWalEnd } from './wal-end.ts';
import type { WaldumpRequest } from './waldump.ts';

let dataDir = '';
let remove = async () => {};

beforeEach(async () => {
  ({ path: dataDir, remove } = await aDirectory());
});
afterEach(() => remove());

/** A replica that has been killed; its control file shows the checkpoint that it was cloned at. */
function aControl(difference: Partial<ControlData> = {}): ControlData {
  return {
    systemId: '7711296651043239716',
    timeline: 1,
    checkpointLsn: '0/2000080',
    controlState: 'in archive recovery',
    minRecoveryEnd: '0/2000120',
    minRecoveryTimeline: 1,
    walSegmentBytes: 16 * 1024 ** 2,
    backupStartLsn: null,
    ...difference,
  };
}

/** What pg_waldump 17 printed about a replica that was killed with -9; only the positions vary. */
function waldumpText(from: string, end: string) {
  const stdout = `WAL statistics between ${from} and ${end}:
Type                                           N      (%)          Record size      (%)             FPI size      (%)        Combined size      (%)
----                                           -      ---          -----------      ---             --------      ---        -------------      ---
Heap                                       60008 ( 99.99)             33539840 (100.00)                 8460 ( 29.15)             33548300 ( 99.94)
                                        --------                      --------                      --------                      --------
Total                                      60010                      33539991 [99.91%]                29020 [0.09%]              33569011 [100%]
`;
  const stderr = `pg_waldump: error: error in WAL record at 0/502A4E8: invalid record length at ${end}: expected at least 24, got 0\n`;
  return { stdout, stderr };
}

interface Seen extends WaldumpRequest {
  /** The files that the names lead to. */
  readonly files: readonly string[];
}

/** Reads the WAL of files in `pg_wal`; the given end is what `pg_waldump` finds. */
async function read(
  files: readonly string[],
  end: string | Error | { stdout: string; stderr: string },
  { control = aControl(), beside = {} }: { control?: ControlData; beside?: Record<string, string> } = {},
) {
  const wal = Object.fromEntries(files.map((name) => [`pg_wal/${name}`, '']));
  await writeFiles(dataDir, { 'pg_wal/archive_status': null, ...wal, ...beside });
  const seen: Seen[] = [];
  const result = await readWalEnd({
    dataDir,
    control,
    runWaldump: async (request) => {
      const names = (await readdir(request.directory)).sort();
      const links = await Promise.all(
        names.map((name) => readlink(join(request.directory, name)).catch(() => name)),
      );
      seen.push({ ...request, files: links.map((path) => basename(path)) });
      if (end instanceof Error) throw end;
      return typeof end === 'string' ? waldumpText(request.fromLsn, end) : end;
    },
  });
  return { ...result, seen };
}

const on1 = (...numbers: number[]) => numbers.map((number) => `00000001000000000000000${number}`);
const on2 = (...numbers: number[]) => numbers.map((number) => `00000002000000000000000${number}`);
const history2 = { 'pg_wal/00000002.history': '1\t0/502A510\tno recovery target specified\n' };
const following = { 'standby.signal': '' };

describe('the end of valid WAL', () => {
  it('of a lagging replica is far beyond what its control file says', async () => {
    const { walEnd, history, seen } = await read(on1(2, 3, 4, 5), '0/502A510', { beside: following });
    expect(walEnd).toEqual({ timeline: 1, lsn: '0/502A510' });
    expect(history).toEqual([]);
    expect(seen).toMatchObject([
      {
        directory: join(dataDir, 'pg_wal'),
        startSegment: '000000010000000000000002',
        endSegment: '000000010000000000000005',
        fromLsn: '0/2000080',
        toLsn: '0/6000000',
      },
    ]);
  });

  it('is looked for in the files before a gap, so that no missing file is asked for', async () => {
    const { seen } = await read(on1(2, 3, 5), '0/4000000');
    expect(seen).toMatchObject([{ endSegment: '000000010000000000000003', toLsn: '0/4000000' }]);
  });

  it('goes on across a switch of the timeline in the middle of a file', async () => {
    const files = [...on1(2, 3, 4, 5), ...on2(5, 6)];
    const { walEnd, history, seen } = await read(files, '0/60B8700', {
      beside: { ...history2, ...following },
    });
    expect(walEnd).toEqual({ timeline: 2, lsn: '0/60B8700' });
    expect(history).toEqual([{ timeline: 1, switchLsn: '0/502A510' }]);
    expect(seen[0]?.files).toEqual([...on1(2, 3, 4), ...on2(5, 6)]);
    expect(seen[0]?.endSegment).toBe('000000010000000000000006');
    await expect(readFile(seen[0]?.directory ?? '')).rejects.toMatchObject({ code: 'ENOENT' });
  });

  it('is on the old timeline while the new one’s file holds only its copy of the old WAL', async () => {
    const files = [...on1(2, 3, 4, 5), ...on2(5)];
    const beside = { ...history2, ...following };
    expect(await read(files, '0/502A510', { beside })).toMatchObject({
      walEnd: { timeline: 1, lsn: '0/502A510' },
      history: [],
    });
  });

  it('of a killed primary is on its own timeline, whatever history of another lies beside', async () => {
    const files = [...on1(2, 3, 4, 5), ...on2(5)];
    const control = aControl({
      controlState: 'in production',
      minRecoveryEnd: null,
      minRecoveryTimeline: null,
    });
    const { walEnd, seen } = await read(files, '0/502A600', { control, beside: history2 });
    expect(walEnd).toEqual({ timeline: 1, lsn: '0/502A600' });
    expect(seen[0]?.endSegment).toBe('000000010000000000000005');
  });

  it('of a promoted replica is on the new timeline before any checkpoint says so', async () => {
    const control = aControl({
      controlState: 'in production',
      minRecoveryEnd: '0/502A548',
      minRecoveryTimeline: 2,
    });
    const { walEnd } = await read([...on1(2, 3, 4, 5), ...on2(5)], '0/50B8700', {
      control,
      beside: history2,
    });
    expect(walEnd).toEqual({ timeline: 2, lsn: '0/50B8700' });
  });

  it('of a replica that replayed beyond the switch stays on the timeline that it replayed', async () => {
    const control = aControl({ minRecoveryEnd: '0/502A600' });
    const beside = { ...history2, ...following };
    expect(await read([...on1(2, 3, 4, 5), ...on2(5)], '0/502A700', { control, beside })).toMatchObject({
      walEnd: { timeline: 1, lsn: '0/502A700' },
      history: [],
    });
  });

  it('of a replica without any file of the new timeline shows what it received beyond the switch', async () => {
    const beside = { ...history2, ...following };
    expect(await read(on1(2, 3, 4, 5), '0/502A700', { beside })).toMatchObject({
      walEnd: { timeline: 1, lsn: '0/502A700' },
      history: [],
    });
  });

  it('at the very start of a segment belongs to the file before it', async () => {
    const beside = { ...history2, ...following };
    const files = [...on1(2, 3, 4), ...on2(5, 6)];
    expect(await read(files, '0/5000000', { beside })).toMatchObject({
      walEnd: { timeline: 1, lsn: '0/5000000' },
    });
  });
});

describe('the end of valid WAL cannot be told', () => {
  const nothingValid = {
    stdout: '',
    stderr: 'pg_waldump: error: could not find a valid record after 0/2000080\n',
  };
  const skipping = waldumpText('0/2000100', '0/502A510');

  it.each([
    ['where the checkpoint’s file is missing', on1(3, 4), '0/502A510', /checkpoint at 0\/2000080 is missing/],
    ['where nothing is valid', on1(2), nothingValid, /could not find a valid record/],
    ['where no record begins at the checkpoint', on1(2), skipping, /no WAL record at 0\/2000080/],
    ['where it ends before what the data needs', on1(2), '0/2000100', /before 0\/2000120/],
    ['where pg_waldump prints nothing', on1(2), { stdout: '', stderr: '' }, /printed no range/],
    ['where pg_waldump takes too long', on1(2), new Error('it took too long'), /took too long/],
  ])('%s', async (_what, files, end, reason) => {
    const { walEnd, walEndUnknown } = await read(files, end);
    expect(walEnd).toBeNull();
    expect(walEndUnknown).toMatch(reason);
  });

  it.each([
    ['is missing', {}],
    ['is damaged', { 'pg_wal/00000003.history': '1\t0/50' }],
    ['forgets where the checkpoint is', { 'pg_wal/00000003.history': '1\t0/1000000\tx\n' }],
  ])('where the history of its timeline %s', async (_what, beside) => {
    const control = aControl({ minRecoveryTimeline: 3 });
    const { walEnd, walEndUnknown } = await read(on1(2), '0/2000200', { control, beside });
    expect(walEnd).toBeNull();
    expect(walEndUnknown).toMatch(/no timeline history/);
  });

  it('where there is no pg_wal, or a link to nowhere', async () => {
    const run = { dataDir, control: aControl(), runWaldump: async () => nothingValid };
    expect(await readWalEnd(run)).toMatchObject({
      walEnd: null,
      walEndUnknown: expect.stringMatching(/ENOENT/),
    });
  });
});
