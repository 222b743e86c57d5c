import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { inspectPostgresData } from './postgres-data.ts';
import { aDirectory, controlDataText, writeFiles } from './volume-builders.ts';

let volumeRoot = '';
let remove = async () => {};

beforeEach(async () => {
  ({ path: volumeRoot, remove } = await aDirectory());
});

afterEach(() => remove());

/** What a data directory holds once a server has run on it. */
const started = {
  'pgdata/PG_VERSION': '17\n',
  'pgdata/global/pg_control': '\0'.repeat(8192),
  'pgdata/postmaster.opts': '/usr/lib/postgresql/17/bin/postgres\n',
  'pgdata/base/1/PG_VERSION': '17\n',
  'pgdata/base/4/PG_VERSION': '17\n',
  'pgdata/base/5/PG_VERSION': '17\n',
};

const { 'pgdata/postmaster.opts': _opts, ...neverStarted } = started;

function label(method: string): string {
  return `START WAL LOCATION: 0/2000028 (file 000000010000000000000002)\nBACKUP METHOD: ${method}\nBACKUP FROM: standby\n`;
}

async function inspect(files: Record<string, string | null>, control: string | Error = controlDataText()) {
  await writeFiles(volumeRoot, files);
  return inspectPostgresData({
    dataDir: `${volumeRoot}/pgdata`,
    volumeRoot,
    majorVersion: 17,
    runControlData: async () => {
      if (control instanceof Error) throw control;
      return control;
    },
  });
}

describe('a data directory', () => {
  it.each([
    ['is missing', {}],
    ['is empty', { pgdata: null }],
  ])('that %s is absent', async (_what, files) => {
    expect(await inspect(files)).toEqual({ data: { kind: 'absent' }, atRoot: null });
  });

  it('that a server has run on is a copy, with its place in history', async () => {
    const control = controlDataText({
      'Database cluster state': 'in archive recovery',
      'Minimum recovery ending location': '1F/A2002638',
      "Min recovery ending loc's timeline": '4',
    });
    expect((await inspect(started, control)).data).toEqual({
      kind: 'copy',
      majorVersion: 17,
      consistent: true,
      systemId: '7711296651043239716',
      timeline: 3,
      checkpointLsn: '0/1737810',
      controlState: 'in archive recovery',
      minRecoveryEnd: '1F/A2002638',
      minRecoveryTimeline: 4,
      walSegmentBytes: 16 * 1024 ** 2,
      backupStartLsn: null,
      walEnd: null,
      walEndUnknown: 'not read yet',
      history: [],
    });
  });

  it('that initdb has just finished is a copy', async () => {
    const control = controlDataText({ 'Database cluster state': 'shut down' });
    expect((await inspect(neverStarted, control)).data).toMatchObject({ kind: 'copy', consistent: true });
  });

  it('that pg_basebackup has just finished is a copy that is not consistent yet', async () => {
    const files = {
      ...neverStarted,
      'pgdata/backup_label': label('streamed'),
      'pgdata/backup_manifest': '{}',
    };
    expect((await inspect(files)).data).toMatchObject({ kind: 'copy', consistent: false });
  });

  it('that recovery has begun on is a copy, consistent once the end of its backup was reached', async () => {
    const files = {
      ...started,
      'pgdata/backup_label.old': label('streamed'),
      'pgdata/backup_manifest': '{}',
    };
    const early = controlDataText({ 'Backup start location': '0/2000028' });
    expect((await inspect(files, early)).data).toMatchObject({ kind: 'copy', consistent: false });
    expect((await inspect(files)).data).toMatchObject({ kind: 'copy', consistent: true });
  });

  it('that pg_rewind has finished is a copy that is not consistent yet', async () => {
    const files = { ...started, 'pgdata/backup_label': label('pg_rewind') };
    const control = controlDataText({ 'Database cluster state': 'in archive recovery' });
    expect((await inspect(files, control)).data).toMatchObject({ kind: 'copy', consistent: false });
  });

  it('with a backup label on which a server has run is a copy: a primary can die during a backup', async () => {
    const files = { ...started, 'pgdata/backup_label': label('streamed') };
    expect((await inspect(files)).data).toMatchObject({ kind: 'copy' });
  });
});

describe('an unfinished data directory is one', () => {
  const inProduction = controlDataText({ 'Database cluster state': 'in production' });
  const shutDown = controlDataText({ 'Database cluster state': 'shut down' });
  const { 'pgdata/global/pg_control': _control, ...withoutControl } = neverStarted;

  it.each([
    ['without PG_VERSION', { 'pgdata/pg_wal': null }, shutDown, 'initdb'],
    ['without pg_control', withoutControl, shutDown, 'initdb'],
    ['with a short pg_control', { ...neverStarted, 'pgdata/global/pg_control': 'x' }, shutDown, 'initdb'],
    ['that initdb was still writing', neverStarted, inProduction, 'initdb'],
    [
      'that initdb has not made all databases in',
      {
        'pgdata/PG_VERSION': '17\n',
        'pgdata/global/pg_control': '\0'.repeat(8192),
        'pgdata/base/1/PG_VERSION': '17\n',
      },
      shutDown,
      'initdb',
    ],
    [
      'that was still being cloned',
      { ...withoutControl, 'pgdata/backup_label': label('streamed') },
      inProduction,
      'clone',
    ],
    [
      'whose clone lacks its manifest',
      {
        ...neverStarted,
        'pgdata/backup_label': label('streamed'),
        'pgdata/backup_manifest.tmp': '{',
      },
      inProduction,
      'clone',
    ],
    [
      'whose rewind has written its label and not its control file',
      { ...started, 'pgdata/backup_label': label('pg_rewind') },
      shutDown,
      'rewind',
    ],
  ])('%s', async (_what, files, control, operation) => {
    expect((await inspect(files, control)).data).toMatchObject({
      kind: 'unfinished',
      operation,
      reason: expect.stringMatching(/./),
    });
  });
});

describe('a data directory is unreadable, never absent or unfinished,', () => {
  const { 'pgdata/global/pg_control': _control, ...damaged } = started;

  it.each([
    ['when a server has run on it and pg_control is missing', damaged, controlDataText()],
    [
      'when a server has run on it and PG_VERSION is missing',
      { 'pgdata/postmaster.opts': '', 'pgdata/global/pg_control': '\0'.repeat(8192) },
      controlDataText(),
    ],
    ['when PG_VERSION holds no version', { ...started, 'pgdata/PG_VERSION': 'seventeen' }, controlDataText()],
    ['when it is of another major version', { ...started, 'pgdata/PG_VERSION': '14\n' }, controlDataText()],
    [
      'when pg_control has a wrong checksum',
      started,
      `WARNING: Calculated CRC checksum does not match value stored in file.\n${controlDataText()}`,
    ],
    [
      'when pg_control has a wrong checksum, as PostgreSQL 17 says it',
      started,
      `pg_controldata: warning: calculated CRC checksum does not match value stored in control file\n${controlDataText()}`,
    ],
    ['when pg_controldata prints something else', started, 'no data directory specified\n'],
    [
      'when its WAL has segments of no possible size',
      started,
      controlDataText({ 'Bytes per WAL segment': '16777217' }),
    ],
    ['when a timeline is none', started, controlDataText({ "Min recovery ending loc's timeline": '-1' })],
    ['when a position is none', started, controlDataText({ 'Latest checkpoint location': '???' })],
    ['when pg_controldata fails', started, new Error('exit status 1')],
    ['when it is a file', { pgdata: 'not a directory' }, controlDataText()],
  ])('%s', async (_what, files, control) => {
    expect((await inspect(files, control)).data).toMatchObject({
      kind: 'unreadable',
      reason: expect.stringMatching(/./),
    });
  });

  it('and names the other major version', async () => {
    const { data } = await inspect({ ...started, 'pgdata/PG_VERSION': '9.6\n' });
    expect(data).toMatchObject({ kind: 'unreadable', majorVersion: 9 });
  });
});

describe('the root of the volume', () => {
  it('is reported when it holds a data directory of version 1', async () => {
    expect((await inspect({ PG_VERSION: '14\n' })).atRoot).toEqual({ majorVersion: 14 });
  });

  it('is reported when its PG_VERSION holds no version or cannot be read', async () => {
    expect((await inspect({ PG_VERSION: '' })).atRoot).toEqual({ majorVersion: null });
    await writeFiles(volumeRoot, { 'other/PG_VERSION': null });
    const inspection = await inspectPostgresData({
      dataDir: `${volumeRoot}/pgdata`,
      volumeRoot: `${volumeRoot}/other`,
      majorVersion: 17,
      runControlData: async () => '',
    });
    expect(inspection.atRoot).toEqual({ majorVersion: null });
  });
});
