import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { hasProgram, mustRun } from '../command/run.ts';
import { DevError } from '../dev-error.ts';
import { canInstall, installPackages } from '../engine/apt.ts';
import { say } from '../output.ts';
import { inspectImage, type LocalImage, tryPull } from './reference.ts';

const OFFICIAL = 'debian:trixie-slim';
const LOCAL = 'flux-pg-base:trixie';
const SUITE = 'trixie';
const STEP = 'base image';
const DEBOOTSTRAP_LIMIT_MS = 15 * 60_000;

const debris = [
  'var/cache/apt/archives',
  'var/cache/apt/pkgcache.bin',
  'var/cache/apt/srcpkgcache.bin',
  'var/lib/apt/lists',
  'var/log/bootstrap.log',
  'usr/share/man',
  'usr/share/info',
  'usr/share/locale',
];
const aptFolders = ['var/cache/apt/archives/partial', 'var/lib/apt/lists/partial'];

/** An older debootstrap does not know the suite by name, but all recent suites are made like sid. */
function suiteScript(): readonly string[] {
  const scripts = '/usr/share/debootstrap/scripts';
  return existsSync(join(scripts, SUITE)) ? [] : ['', join(scripts, 'sid')];
}

async function importFrom(folder: string): Promise<void> {
  const mend =
    'make the mirror of Debian reachable, or set BASE_IMAGE to an image of Debian trixie that is here';
  const rootfs = join(folder, 'rootfs');
  const tarball = join(folder, 'rootfs.tar');
  await mustRun({ step: STEP, mend }, 'debootstrap', ['--variant=minbase', SUITE, rootfs, ...suiteScript()], {
    timeoutMs: DEBOOTSTRAP_LIMIT_MS,
  });
  for (const path of debris) await rm(join(rootfs, path), { recursive: true, force: true });
  for (const path of aptFolders) await mkdir(join(rootfs, path), { recursive: true });
  await mustRun({ step: STEP, mend: 'free some space in /var/tmp' }, 'tar', [
    '-C',
    rootfs,
    '-cf',
    tarball,
    '.',
  ]);
  const change = ['--change', 'CMD ["bash"]'];
  await mustRun({ step: STEP, mend: 'see the log of Docker' }, 'docker', [
    'import',
    ...change,
    tarball,
    LOCAL,
  ]);
}

/** Makes the base out of Debian's packages, for machines that reach a mirror of Debian but no image registry. */
async function bootstrapBase(): Promise<LocalImage | null> {
  if (!(await canInstall())) {
    throw new DevError('image', {
      step: STEP,
      cause: `${OFFICIAL} is not here and cannot be pulled; only root can make one with debootstrap`,
      mend: 'make an image registry reachable, set BASE_IMAGE to an image of Debian trixie, or run as root',
    });
  }
  if (!(await hasProgram('debootstrap'))) {
    await installPackages(STEP, ['debootstrap', 'debian-archive-keyring']);
  }
  say(`making ${LOCAL} with debootstrap (about 2 minutes, once)`);
  // Not in /tmp, which may be kept in memory or allow no device files.
  const folder = await mkdtemp('/var/tmp/flux-pg-base-');
  try {
    await importFrom(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
  return inspectImage(LOCAL);
}

/** The image that ours is made from: `BASE_IMAGE`, else the official slim Debian, else one that is made here. */
export async function ensureBaseImage(): Promise<LocalImage> {
  const asked = process.env.BASE_IMAGE;
  const base = asked
    ? ((await inspectImage(asked)) ?? (await tryPull(asked)))
    : ((await inspectImage(OFFICIAL)) ??
      (await inspectImage(LOCAL)) ??
      (await tryPull(OFFICIAL)) ??
      (await bootstrapBase()));
  if (base !== null) return base;
  throw new DevError('image', {
    step: STEP,
    cause: `${asked ?? LOCAL} is not here and cannot be pulled`,
    mend: 'set BASE_IMAGE to an image that can be had, or unset it',
  });
}
