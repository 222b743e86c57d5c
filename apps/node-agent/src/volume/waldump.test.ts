import { chmod, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { aDirectory } from './volume-builders.ts';
import { createWaldumpRunner, parseWaldump } from './waldump.ts';

let binary = '';
let remove = async () => {};

beforeEach(async () => {
  const directory = await aDirectory();
  binary = join(directory.path, 'pg_waldump');
  remove = directory.remove;
});
afterEach(() => remove());

/** Runs a program that stands for pg_waldump. */
async function run(script: string, timeoutMs = 5000) {
  await writeFile(binary, `#!/bin/sh\n${script}\n`);
  await chmod(binary, 0o755);
  return createWaldumpRunner(
    binary,
    timeoutMs,
  )({
    directory: '/wal',
    startSegment: '000000010000000000000002',
    endSegment: '000000010000000000000005',
    fromLsn: '0/2000080',
    toLsn: '0/6000000',
  });
}

describe('pg_waldump', () => {
  it('is asked for statistics of whole files', async () => {
    const { stdout } = await run('echo "$@"');
    expect(stdout).toBe(
      '--stats -p /wal -s 0/2000080 -e 0/6000000 000000010000000000000002 000000010000000000000005\n',
    );
  });

  it('ends with an error at the end of valid WAL, which is no failure', async () => {
    const output = await run(
      'echo "WAL statistics between 0/2000080 and 0/502A578:"; echo "pg_waldump: error: x" >&2; exit 1',
    );
    expect(parseWaldump(output)).toEqual({ from: '0/2000080', end: '0/502A578' });
  });

  it('is killed when it takes too long', async () => {
    await expect(run('exec sleep 20', 200)).rejects.toThrow(/too long/);
  });

  it('is killed when it prints without end', async () => {
    await expect(run('exec yes')).rejects.toThrow(/maxBuffer|too much/);
  });

  it('that is not there is an error', async () => {
    await expect(
      createWaldumpRunner(
        '/nonexistent/pg_waldump',
        1000,
      )({
        directory: '/wal',
        startSegment: '',
        endSegment: '',
        fromLsn: '0/1',
        toLsn: '0/2',
      }),
    ).rejects.toThrow(/ENOENT/);
  });

  it('says why where it found nothing', () => {
    const stderr = 'pg_waldump: error: could not find any WAL file\n';
    expect(parseWaldump({ stdout: '', stderr })).toEqual({
      from: null,
      reason: 'could not find any WAL file',
    });
  });
});
