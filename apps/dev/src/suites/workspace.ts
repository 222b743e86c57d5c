import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { ROOT } from '../paths.ts';

const manifestSchema = z.object({
  name: z.string(),
  scripts: z.record(z.string(), z.string()).default({}),
});

async function manifest(folder: string): Promise<z.infer<typeof manifestSchema> | null> {
  const text = await readFile(join(ROOT, folder, 'package.json'), 'utf8').catch(() => null);
  return text === null ? null : manifestSchema.parse(JSON.parse(text));
}

/** Names of the workspace's packages that have a script of this name, in the order of their folders. */
export async function packagesWith(script: string): Promise<readonly string[]> {
  const nested = await Promise.all(
    ['packages', 'apps'].map(async (parent) =>
      (await readdir(join(ROOT, parent))).sort().map((name) => `${parent}/${name}`),
    ),
  );
  const manifests = await Promise.all(
    [...nested.flat(), 'test-discovery', 'test-e2e', 'test-simulation'].map(manifest),
  );
  return manifests.flatMap((found) => (found?.scripts[script] === undefined ? [] : [found.name]));
}
