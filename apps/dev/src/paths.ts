import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The root of the repository. */
export const ROOT = dirname(dirname(dirname(dirname(fileURLToPath(import.meta.url)))));

/** Where everything that belongs to this machine alone is kept; ignored by git and by image builds. */
export const TOOLCHAIN = join(ROOT, '.toolchain');
