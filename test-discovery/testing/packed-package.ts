import { cp, mkdir, readdir, symlink } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { mustRun } from './program.ts';
import { packageFolder, repositoryFolder } from './repository.ts';

/** Made by tools, or linked instead. */
const LEFT_OUT = new Set(['node_modules', 'dist', 'docs']);

/**
 * Builds and packs a copy of the package as `pnpm publish` would, and gives the path of the tarball. In a copy, since other
 * tests may be using what is built in the workspace.
 */
export async function packInto(folder: string): Promise<string> {
  const copy = join(folder, 'packages', 'discovery');
  await mkdir(copy, { recursive: true });
  // The catalog has the versions of the dependencies.
  await cp(join(repositoryFolder, 'pnpm-workspace.yaml'), join(folder, 'pnpm-workspace.yaml'));
  await cp(packageFolder, copy, {
    recursive: true,
    filter: (source) => !LEFT_OUT.has(basename(source)),
  });
  await symlink(join(packageFolder, 'node_modules'), join(copy, 'node_modules'));
  await mustRun('pnpm', ['pack', '--pack-destination', folder], copy);
  const tarballs = (await readdir(folder)).filter((name) => name.endsWith('.tgz'));
  const [tarball, ...others] = tarballs;
  if (tarball === undefined || others.length > 0)
    throw new Error(`packed: ${tarballs.join(', ') || 'nothing'}`);
  return join(folder, tarball);
}
