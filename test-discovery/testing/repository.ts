import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';

/** The root of the repository. */
export const repositoryFolder = fileURLToPath(new URL('../..', import.meta.url));
/** The package under test. */
export const packageFolder = join(repositoryFolder, 'packages', 'discovery');
/** The package of these tests. */
export const testFolder = join(repositoryFolder, 'test-discovery');

/** The oldest Node that the package is tried with. */
export async function oldestNodeVersion(): Promise<string> {
  const text = await readFile(join(repositoryFolder, 'package.json'), 'utf8');
  return z.object({ toolchain: z.object({ oldestNode: z.string() }) }).parse(JSON.parse(text)).toolchain
    .oldestNode;
}

/** The version of a package that these tests have installed. */
export async function installedVersion(name: string): Promise<string> {
  const text = await readFile(join(testFolder, 'node_modules', name, 'package.json'), 'utf8');
  return z.object({ version: z.string() }).parse(JSON.parse(text)).version;
}
