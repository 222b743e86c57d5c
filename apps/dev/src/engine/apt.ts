import { hasProgram, lastLines, run } from '../command/run.ts';
import { DevError } from '../dev-error.ts';
import { say } from '../output.ts';

const INSTALL_LIMIT_MS = 10 * 60_000;
const env = { DEBIAN_FRONTEND: 'noninteractive' };

/** Whether this process may install packages of Debian or Ubuntu. */
export async function canInstall(): Promise<boolean> {
  return process.getuid?.() === 0 && (await hasProgram('apt-get'));
}

let updated: Promise<string> | undefined;

/** One unreachable source among several is no reason to give up; what it said is kept for the cause. */
async function update(): Promise<string> {
  say('reading the package lists (apt-get update)');
  const { stderr } = await run('apt-get', ['update'], {
    env,
    timeoutMs: INSTALL_LIMIT_MS,
  });
  return lastLines(stderr, 4);
}

/** Which of these packages the distribution has. */
export async function offeredPackages(names: readonly string[]): Promise<ReadonlySet<string>> {
  updated ??= update();
  await updated;
  const offered = await Promise.all(
    names.map(async (name) => {
      const { stdout } = await run('apt-cache', ['policy', name]);
      return /Candidate: (?!\(none\))/.test(stdout) ? [name] : [];
    }),
  );
  return new Set(offered.flat());
}

/** Installs packages. Throws a `DevError` that names them. */
export async function installPackages(step: string, names: readonly string[]): Promise<void> {
  updated ??= update();
  const complaints = await updated;
  say(`installing ${names.join(', ')}`);
  const options = ['-y', '-qq', '--no-install-recommends', '-o', 'DPkg::Lock::Timeout=120'];
  const { exitCode, stderr } = await run('apt-get', ['install', ...options, ...names], {
    env,
    timeoutMs: INSTALL_LIMIT_MS,
  });
  if (exitCode === 0) return;
  throw new DevError('command', {
    step,
    cause: `apt-get install ${names.join(' ')} failed: ${lastLines(stderr, 6)}\n${complaints}`,
    mend: 'make the sources of apt reachable (see apt-get update), or install these packages yourself',
  });
}
