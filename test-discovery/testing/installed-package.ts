import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { packInto } from './packed-package.ts';
import { mustRun } from './program.ts';
import { installedVersion, oldestNodeVersion } from './repository.ts';
import { temporaryFolder } from './temporary-folder.ts';

/** A project outside the workspace that has installed the package. */
export interface Project extends AsyncDisposable {
  readonly path: string;
  /** The oldest Node that the package is tried with. */
  readonly oldestNode: string;
}

/**
 * Packs the package and installs the tarball in an empty project of plain JavaScript, as anybody would. Needs the npm
 * registry, or a store that has what is asked for.
 */
export async function installedPackage(): Promise<Project> {
  const folder = await temporaryFolder();
  const path = join(folder.path, 'project');
  const tarball = await packInto(folder.path);
  await mkdir(path);
  await writeFile(join(path, 'package.json'), '{ "name": "project", "private": true, "type": "module" }\n');
  const node = `node-${process.platform}-${process.arch}`;
  const wanted = [
    tarball,
    `${node}@${await oldestNodeVersion()}`,
    `@types/node@${await installedVersion('@types/node')}`,
  ];
  // Without a workspace above it, whatever the temporary folder is in.
  await mustRun(
    'pnpm',
    ['add', '--ignore-workspace', '--prefer-offline', '--reporter=silent', ...wanted],
    path,
  );
  return {
    path,
    oldestNode: join(path, 'node_modules', node, 'bin', 'node'),
    [Symbol.asyncDispose]: folder[Symbol.asyncDispose],
  };
}
