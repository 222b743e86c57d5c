import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { packageFolder } from '../../testing/repository.ts';
import { typeErrors } from '../../testing/type-check.ts';

const folder = join(packageFolder, 'examples');
const names = (await readdir(folder)).filter((name) => name.endsWith('.mjs'));
const examples = new Map(
  await Promise.all(names.map(async (name) => [name, await readFile(join(folder, name), 'utf8')] as const)),
);

test('the examples use the package as its types say', { timeout: 60_000 }, () => {
  expect(typeErrors(examples)).toEqual([]);
});

test.each(names)('%s needs nothing but the package', (name) => {
  const imported = [...(examples.get(name) ?? '').matchAll(/^import .* from '(.*)';$/gm)].map(
    ([, from]) => from,
  );
  expect(imported).toContain('@flux-pg/discovery');
  expect(imported.filter((from) => from !== '@flux-pg/discovery' && !from?.startsWith('node:'))).toEqual([]);
});

test('the README names every example with a command line', async () => {
  const readme = await readFile(join(folder, 'README.md'), 'utf8');
  const shown = [...readme.matchAll(/^node (\S+) myapp/gm)].map(([, name]) => name);
  expect(shown.sort()).toEqual([...names].sort());
});
