import { readdir, readFile, stat } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { publint } from 'publint';
import { formatMessage } from 'publint/utils';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { packInto } from '../../testing/packed-package.ts';
import { mustRun, run } from '../../testing/program.ts';
import { oldestNodeVersion, packageFolder, repositoryFolder, testFolder } from '../../testing/repository.ts';
import { temporaryFolder } from '../../testing/temporary-folder.ts';

const SLOW_MS = 60_000;
const PACKED_LIMIT_BYTES = 100_000;
const UNPACKED_LIMIT_BYTES = 300_000;

const folder = await temporaryFolder();
const unpacked = join(folder.path, 'package');
let tarball = '';

beforeAll(async () => {
  tarball = await packInto(folder.path);
  await mustRun('tar', ['-xzf', tarball], folder.path);
}, SLOW_MS);
afterAll(async () => await folder[Symbol.asyncDispose]());

async function filesIn(root: string): Promise<readonly string[]> {
  const entries = await readdir(root, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => relative(root, join(entry.parentPath, entry.name)))
    .sort();
}

async function manifest(): Promise<unknown> {
  return JSON.parse(await readFile(join(unpacked, 'package.json'), 'utf8'));
}

describe('the tarball', () => {
  test('holds each source as JavaScript and declarations, and beside them only what npm shows', async () => {
    const sources = (await filesIn(join(packageFolder, 'src'))).filter((file) => !file.endsWith('.test.ts'));
    const built = sources.flatMap((file) => [file.replace(/ts$/, 'js'), file.replace(/ts$/, 'd.ts')]);
    expect(await filesIn(unpacked)).toEqual(
      ['LICENSE', 'README.md', 'package.json', ...built.map((file) => `dist/${file}`)].sort(),
    );
  });

  // Nothing is minified and the comments stay, so the code reads as the sources do; maps would double the size.
  test('refers to no source map, as there is none in it', async () => {
    const built = (await filesIn(unpacked)).filter((file) => file.startsWith('dist/'));
    const texts = await Promise.all(built.map((file) => readFile(join(unpacked, file), 'utf8')));
    expect(texts.filter((text) => text.includes('sourceMappingURL'))).toEqual([]);
    expect(texts.some((text) => text.includes('/**'))).toBe(true);
  });

  test('is small', async () => {
    const packedBytes = (await stat(tarball)).size;
    const sizes = await Promise.all(
      (await filesIn(unpacked)).map(async (file) => (await stat(join(unpacked, file))).size),
    );
    const unpackedBytes = sizes.reduce((sum, bytes) => sum + bytes, 0);
    console.info(
      `packed ${packedBytes / 1000} kB, unpacked ${unpackedBytes / 1000} kB, ${sizes.length} files`,
    );
    expect(packedBytes).toBeLessThan(PACKED_LIMIT_BYTES);
    expect(unpackedBytes).toBeLessThan(UNPACKED_LIMIT_BYTES);
  });

  test('has the licence of the repository', async () => {
    const [own, whole] = await Promise.all(
      [unpacked, repositoryFolder].map((root) => readFile(join(root, 'LICENSE'), 'utf8')),
    );
    expect(own).toBe(whole);
  });

  test('has a command that can be run', async () => {
    const command = join(unpacked, 'dist', 'cli.js');
    expect(await readFile(command, 'utf8')).toMatch(/^#!\/usr\/bin\/env node\n/);
    expect((await stat(command)).mode & 0o111).toBe(0o111);
  });
});

describe('the manifest', () => {
  test('says what npm and bundlers need to know', async () => {
    expect(await manifest()).toMatchObject({
      name: '@flux-pg/discovery',
      version: expect.stringMatching(/^\d+\.\d+\.\d+/),
      description: expect.stringContaining('Flux'),
      license: 'MIT',
      repository: {
        type: 'git',
        url: expect.stringMatching(/^git\+https:.*\.git$/),
        directory: 'packages/discovery',
      },
      type: 'module',
      sideEffects: false,
      bin: { 'flux-discovery': './dist/cli.js' },
      exports: {
        '.': { types: './dist/index.d.ts', default: './dist/index.js' },
        './wire': { types: './dist/wire.d.ts', default: './dist/wire.js' },
        './package.json': './package.json',
      },
      publishConfig: { access: 'public', provenance: true },
    });
  });

  test('keeps nothing that only the workspace knows', async () => {
    const published = await manifest();
    const { exports } = z.object({ exports: z.unknown() }).parse(published);
    expect(JSON.stringify(exports)).not.toContain('@flux-pg/source');
    const text = JSON.stringify(published);
    for (const word of ['workspace:', 'catalog:', '"private"']) expect(text).not.toContain(word);
  });

  test('has no script that an installation would run', async () => {
    const { scripts } = z.object({ scripts: z.record(z.string(), z.string()) }).parse(await manifest());
    for (const name of ['preinstall', 'install', 'postinstall', 'prepare']) {
      expect(scripts).not.toHaveProperty(name);
    }
  });

  test('depends on undici and zod alone, with room for their fixes', async () => {
    const schema = z.object({ dependencies: z.record(z.string(), z.string()) });
    const { dependencies } = schema.parse(await manifest());
    expect(Object.keys(dependencies).sort()).toEqual(['undici', 'zod']);
    for (const range of Object.values(dependencies)) expect(range).toMatch(/^\^\d+\.\d+\.\d+$/);
  });

  test('takes every Node from the oldest one on that the package is tried with', async () => {
    const { engines } = z.object({ engines: z.object({ node: z.string() }) }).parse(await manifest());
    expect(`${engines.node}.0.0`).toBe(`>=${await oldestNodeVersion()}`);
  });
});

describe('the linters of packages', () => {
  test('publint finds nothing, not even a suggestion', async () => {
    const { buffer } = new Uint8Array(await readFile(tarball));
    const { messages, pkg } = await publint({ pack: { tarball: buffer }, strict: true, level: 'suggestion' });
    expect(messages.map((message) => formatMessage(message, pkg))).toEqual([]);
  });

  test(
    'attw finds that the types are right for every way of importing an ESM package',
    async () => {
      const attw = join(testFolder, 'node_modules', '.bin', 'attw');
      const args = [
        tarball,
        '--profile',
        'esm-only',
        '--no-definitely-typed',
        '--format',
        'ascii',
        '--no-color',
      ];
      const { exitCode, stdout, stderr } = await run(attw, args, folder.path);
      expect(exitCode, stdout + stderr).toBe(0);
      const good = stdout.match(/^(?:node16 \(from ESM\)|bundler): 🟢/gm);
      expect(good, stdout).toHaveLength(6);
    },
    SLOW_MS,
  );
});
