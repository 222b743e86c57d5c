import { execFile } from 'node:child_process';
import { mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** Packs the package into a temporary folder, as publishing it would, and gives the size of the tarball. */
export async function packedSizeBytes(packageFolder: string): Promise<number> {
  const folder = await mkdtemp(join(tmpdir(), 'discovery-bench-'));
  try {
    await run('pnpm', ['pack', '--pack-destination', folder], { cwd: packageFolder });
    const tarball = (await readdir(folder)).find((file) => file.endsWith('.tgz'));
    if (tarball === undefined) throw new Error('pnpm pack has left no tarball');
    return (await stat(join(folder, tarball))).size;
  } finally {
    await rm(folder, { recursive: true });
  }
}
