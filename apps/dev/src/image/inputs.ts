import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** What reaches an image build; the rest of `docker/` is for those who run it. */
const sources = [
  'package.json',
  'pnpm-workspace.yaml',
  'pnpm-lock.yaml',
  '.dockerignore',
  'packages',
  'apps/node-agent',
  'apps/mock-flux',
  'docker',
];

const ignoredFolders = new Set(['node_modules', 'dist', '.turbo']);

/** Whether a change of this file can change an image. */
export function isImageInput(path: string): boolean {
  if (path.split('/').some((part) => ignoredFolders.has(part))) return false;
  if (path === 'docker/docker-compose.yml' || path === 'docker/.env') return false;
  return !/\.(test|contract)\.ts$|\.md$|\.tsbuildinfo$|(^|\/)vitest[\w.]*\.config\.ts$/.test(path);
}

async function filesUnder(root: string, path: string): Promise<readonly string[]> {
  if (!isImageInput(path)) return [];
  const entries = await readdir(join(root, path), {
    withFileTypes: true,
  }).catch(() => null);
  if (entries === null) return [path];
  const nested = await Promise.all(entries.map(({ name }) => filesUnder(root, `${path}/${name}`)));
  return nested.flat();
}

/** One hash over names and contents of all files that images are built from, and over `extra`. */
export async function hashInputs(root: string, extra: readonly string[]): Promise<string> {
  const files = (await Promise.all(sources.map((path) => filesUnder(root, path)))).flat().sort();
  const hash = createHash('sha256');
  for (const text of extra) hash.update(`${text.length}:${text}`);
  for (const path of files) {
    const content = await readFile(join(root, path)).catch(() => null);
    if (content === null) continue;
    hash.update(`${path}\0${content.length}\0`).update(content);
  }
  return hash.digest('hex');
}
