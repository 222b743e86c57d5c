import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { createControlDataRunner, parseControlData } from './control-data.ts';
import { controlDataText } from './volume-builders.ts';

const directories: string[] = [];

afterEach(async () => {
  for (const directory of directories.splice(0)) await rm(directory, { recursive: true });
});

/** A program in the place of `pg_controldata`. */
async function aProgram(warning: string): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'control-data-'));
  directories.push(directory);
  const path = join(directory, 'pg_controldata');
  await writeFile(join(directory, 'fields'), controlDataText());
  await writeFile(join(directory, 'warning'), warning);
  await writeFile(path, `#!/bin/sh\ncat '${directory}/warning' >&2\nexec cat '${directory}/fields'\n`);
  await chmod(path, 0o755);
  return path;
}

describe('the control file', () => {
  it('is taken as it is printed when nothing is said against it', async () => {
    const text = await createControlDataRunner(await aProgram(''), 5000)('/pgdata');
    expect(parseControlData(text)).toMatchObject({ ok: true, value: { timeline: 3 } });
  });

  it('is not believed when the program warns beside its output, as PostgreSQL 17 does for a wrong checksum', async () => {
    const warning =
      'pg_controldata: warning: calculated CRC checksum does not match value stored in control file\n';
    const text = await createControlDataRunner(await aProgram(warning), 5000)('/pgdata');
    expect(parseControlData(text)).toEqual({ ok: false, reason: expect.stringContaining('checksum') });
  });
});
