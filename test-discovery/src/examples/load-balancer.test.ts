import { mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { askedAgain, exampleWorld, PROCESS_TIMEOUT_MS } from '../../testing/example-world.ts';
import { temporaryFolder } from '../../testing/temporary-folder.ts';

const HEADING = '# The instances of myapp as Flux lists them. This file is generated.\n';

const formats = {
  haproxy: `${HEADING}backend myapp
  server 8.8.4.1 8.8.4.1:5432 check
  server 2001:4860::1 [2001:4860::1]:5432 check
`,
  nginx: `${HEADING}upstream myapp {
  server 8.8.4.1:5432;
  server [2001:4860::1]:5432;
}
`,
};

/** What listings say while nothing is known. */
const nothingKnown = ['empty', 'error-envelope', 'reset'] as const;

/** A folder of its own, and a path in it that is not taken yet. */
async function emptyFolder() {
  const folder = await temporaryFolder();
  return {
    folder: folder.path,
    file: join(folder.path, 'backend.cfg'),
    [Symbol.asyncDispose]: async () => await folder[Symbol.asyncDispose](),
  };
}

/** A file that is written anew has another inode, or at least another time. */
async function versionOf(file: string): Promise<string> {
  const { ino, mtimeNs } = await stat(file, { bigint: true });
  return `${ino} ${mtimeNs}`;
}

describe('load-balancer, once', { timeout: PROCESS_TIMEOUT_MS }, () => {
  test.each(['haproxy', 'nginx'] as const)('prints the servers for %s, IPv6 in brackets', async (format) => {
    await using world = await exampleWorld('8.8.4.1', '2001:4860::1');
    const ended = await world.run('load-balancer', ['myapp', '5432', '--format', format]);
    expect(ended).toEqual({ status: 0, out: formats[format], err: '' });
  });

  test('writes a file, and not again while that says the same', async () => {
    await using world = await exampleWorld('8.8.4.1', '2001:4860::1');
    await using where = await emptyFolder();
    const words = ['myapp', '5432', where.file, '--once'];
    expect(await world.run('load-balancer', words)).toMatchObject({ status: 0, err: '' });
    expect(await readFile(where.file, 'utf8')).toBe(formats.haproxy);
    const version = await versionOf(where.file);
    expect(await world.run('load-balancer', words)).toEqual({ status: 0, out: '', err: '' });
    expect(await versionOf(where.file)).toBe(version);
  });

  test.each(nothingKnown)('fails without touching the file when all answers are %s', async (kind) => {
    await using world = await exampleWorld('8.8.4.1');
    await using where = await emptyFolder();
    await writeFile(where.file, 'as it was\n');
    const version = await versionOf(where.file);
    await world.control.setFaults({ kind });
    const ended = await world.run('load-balancer', ['myapp', '5432', where.file, '--once']);
    expect(ended).toEqual({ status: 1, out: '', err: 'nothing is known of myapp\n' });
    expect(await versionOf(where.file)).toBe(version);
    expect(await readdir(where.folder)).toEqual(['backend.cfg']);
  });

  test('leaves nothing behind when the file cannot be replaced', async () => {
    await using world = await exampleWorld('8.8.4.1');
    await using where = await emptyFolder();
    await mkdir(where.file);
    const { status, err } = await world.run('load-balancer', ['myapp', '5432', where.file, '--once']);
    expect(status).toBe(1);
    expect(err).toContain('EISDIR');
    expect(await readdir(where.folder)).toEqual(['backend.cfg']);
  });

  test.each([[['myapp']], [['myapp', 'pg']], [['myapp', '5432', '--format', 'apache']]])(
    'says how it is called when called with %j',
    async (words) => {
      await using world = await exampleWorld('8.8.4.1');
      const { status, out, err } = await world.run('load-balancer', words);
      expect({ status, out }).toEqual({ status: 1, out: '' });
      expect(err).toMatch(/^usage: /);
    },
  );
});

describe('load-balancer, in step', { timeout: PROCESS_TIMEOUT_MS }, () => {
  test('writes the file with each new instance, whole or not at all, until SIGTERM', async () => {
    await using world = await exampleWorld('8.8.4.1');
    await using where = await emptyFolder();
    await using example = world.start('load-balancer', ['myapp', '5432', where.file, '--interval', '0.1']);
    await example.printed(/written\n/);
    const { ino } = await stat(where.file);
    await world.listOn('8.8.4.1', '2001:4860::1');
    await example.printed(/written\n.*written\n/);
    expect(await readFile(where.file, 'utf8')).toBe(formats.haproxy);
    // Another file has taken its place; the old one was never open for writing.
    expect((await stat(where.file)).ino).not.toBe(ino);
    example.kill('SIGTERM');
    expect(await example.ended).toMatchObject({ status: 0, err: '' });
    expect(await readdir(where.folder)).toEqual(['backend.cfg']);
  });

  test.each(nothingKnown)('keeps the last listing while all answers are %s', async (kind) => {
    await using world = await exampleWorld('8.8.4.1', '2001:4860::1');
    await using where = await emptyFolder();
    await using example = world.start('load-balancer', ['myapp', '5432', where.file, '--interval', '0.1']);
    await example.printed(/written\n/);
    const version = await versionOf(where.file);
    await world.control.setFaults({ kind });
    await askedAgain(world.control, 9);
    expect(await versionOf(where.file)).toBe(version);
    expect(await readFile(where.file, 'utf8')).toBe(formats.haproxy);
  });

  test('keeps the file of an earlier run while there is no answer yet', async () => {
    await using world = await exampleWorld('8.8.4.1', '2001:4860::1');
    await using where = await emptyFolder();
    await writeFile(where.file, 'as it was\n');
    await world.control.setFaults({ kind: 'http-status' });
    await using example = world.start('load-balancer', ['myapp', '5432', where.file, '--interval', '0.1']);
    await askedAgain(world.control, 2);
    expect(await readFile(where.file, 'utf8')).toBe('as it was\n');
    await world.control.clearFaults();
    await example.printed(/written\n/);
    expect(await readFile(where.file, 'utf8')).toBe(formats.haproxy);
  });
});
