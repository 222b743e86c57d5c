import { run } from '../command/run.ts';
import { DevError } from '../dev-error.ts';
import { canInstall, installPackages, offeredPackages } from './apt.ts';

/** How Compose is called: a program and the arguments that come first. */
export interface ComposeCommand {
  readonly program: string;
  readonly leading: readonly string[];
}

const STEP = 'Docker Compose';
/** Files without a `version` key are understood since then. */
const OLDEST: readonly [number, number] = [1, 27];

function isUsable(version: string): boolean {
  const [, major, minor] = /^v?(\d+)\.(\d+)\./.exec(version.trim()) ?? [];
  if (major === undefined) return false;
  return Number(major) > OLDEST[0] || (Number(major) === OLDEST[0] && Number(minor) >= OLDEST[1]);
}

/** Chooses by what the two ways of calling Compose print as their version; the plugin comes first. */
export function chooseCompose(printed: {
  readonly plugin: string;
  readonly standalone: string;
}): ComposeCommand | null {
  if (isUsable(printed.plugin)) return { program: 'docker', leading: ['compose'] };
  if (isUsable(printed.standalone)) return { program: 'docker-compose', leading: [] };
  return null;
}

/** The package that has Compose: Ubuntu's and Docker's own names for version 2, else Debian's. */
export function composePackage(offered: ReadonlySet<string>): string | null {
  return composePackages.find((name) => offered.has(name)) ?? null;
}

const composePackages = ['docker-compose-v2', 'docker-compose-plugin', 'docker-compose'];

/** Looks for Compose without installing it. */
export async function findCompose(): Promise<ComposeCommand | null> {
  const [plugin, standalone] = await Promise.all([
    run('docker', ['compose', 'version', '--short'], { timeoutMs: 20_000 }),
    run('docker-compose', ['version', '--short'], { timeoutMs: 20_000 }),
  ]);
  return chooseCompose({
    plugin: plugin.stdout,
    standalone: standalone.stdout,
  });
}

/** Finds Compose, or installs it where that is possible. Throws a `DevError`. */
export async function ensureCompose(): Promise<ComposeCommand> {
  const found = await findCompose();
  if (found !== null) return found;
  const name = (await canInstall()) ? composePackage(await offeredPackages(composePackages)) : null;
  if (name !== null) {
    await installPackages(STEP, [name]);
    const installed = await findCompose();
    if (installed !== null) return installed;
  }
  throw new DevError('compose', {
    step: STEP,
    cause: 'neither `docker compose` nor `docker-compose` >= 1.27 is there',
    mend: 'install the Compose plugin of Docker, or run the command as root on Debian or Ubuntu',
  });
}
