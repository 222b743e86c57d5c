import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as discovery from '@flux-pg/discovery';
import * as wire from '@flux-pg/discovery/wire';
import { expect, test } from 'vitest';
import { mustRun } from '../../testing/program.ts';
import { packageFolder, repositoryFolder } from '../../testing/repository.ts';
import { temporaryFolder } from '../../testing/temporary-folder.ts';

const SLOW_MS = 60_000;
const committed = join(packageFolder, 'docs', 'api');
const MEND = 'the API reference is not that of the sources; `npm run docs` writes it anew';

async function pagesIn(folder: string): Promise<Readonly<Record<string, string>>> {
  const names = (await readdir(folder, { recursive: true })).filter((name) => name.endsWith('.md')).sort();
  const pages = names.map(async (name) => [name, await readFile(join(folder, name), 'utf8')] as const);
  return Object.fromEntries(await Promise.all(pages));
}

test(
  'the API reference is that of the sources, and every export has a description',
  async () => {
    await using folder = await temporaryFolder();
    // Undocumented exports and links that lead nowhere are errors.
    await mustRun('pnpm', ['--silent', 'run', 'docs', '--out', folder.path], packageFolder);
    expect(await pagesIn(committed), MEND).toEqual(await pagesIn(folder.path));
  },
  SLOW_MS,
);

test('the API reference has every export, and nothing that another machine would write otherwise', async () => {
  const pages = await pagesIn(committed);
  expect(Object.keys(pages)).toEqual(['README.md', 'index.md', 'wire.md']);
  const headings = (page: string) =>
    [...(pages[page] ?? '').matchAll(/^### (\w[^\n(]*)/gm)].map(([, name]) => name?.replaceAll('\\', ''));
  expect(headings('index.md')).toEqual(expect.arrayContaining(Object.keys(discovery)));
  expect(headings('wire.md')).toEqual(expect.arrayContaining(Object.keys(wire)));
  expect(Object.values(pages).join('')).not.toContain(repositoryFolder);
});
