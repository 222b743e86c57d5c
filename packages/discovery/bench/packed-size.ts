import { execFile } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { gunzipSync } from 'node:zlib';

const run = promisify(execFile);
const BLOCK_BYTES = 512;

/** How large the package is for those who install it. */
export interface PackedSize {
  readonly packedBytes: number;
  readonly unpackedBytes: number;
}

/** Adds up the sizes that stand in the headers of a tar archive. */
function contentBytes(archive: Buffer): number {
  let totalBytes = 0;
  let at = 0;
  while (at < archive.length && archive[at] !== 0) {
    const sizeBytes = Number.parseInt(archive.toString('latin1', at + 124, at + 136), 8);
    totalBytes += sizeBytes;
    at += BLOCK_BYTES + Math.ceil(sizeBytes / BLOCK_BYTES) * BLOCK_BYTES;
  }
  return totalBytes;
}

/** Packs the package into a temporary folder, as publishing it would. */
export async function packedSize(packageFolder: string): Promise<PackedSize> {
  const folder = await mkdtemp(join(tmpdir(), 'discovery-bench-'));
  try {
    await run('pnpm', ['pack', '--pack-destination', folder], { cwd: packageFolder });
    const tarball = (await readdir(folder)).find((file) => file.endsWith('.tgz'));
    if (tarball === undefined) throw new Error('pnpm pack has left no tarball');
    const packed = await readFile(join(folder, tarball));
    return { packedBytes: packed.length, unpackedBytes: contentBytes(gunzipSync(packed)) };
  } finally {
    await rm(folder, { recursive: true });
  }
}
