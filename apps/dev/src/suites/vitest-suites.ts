import { mkdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { run } from '../command/run.ts';
import { say } from '../output.ts';
import { TOOLCHAIN } from '../paths.ts';
import { type Counts, sum } from './outcome.ts';
import { imageEnvironment } from './scripts.ts';
import { countVitest } from './vitest-report.ts';
import { packagesWith } from './workspace.ts';

const MINUTE_MS = 60_000;
const limitsMs = {
  test: 5 * MINUTE_MS,
  contract: 8 * MINUTE_MS,
  simulation: 10 * MINUTE_MS,
  e2e: 18 * MINUTE_MS,
  scenarios: 180 * MINUTE_MS,
};

/** Runs a script of a package that calls vitest, shows what it prints and counts its tests. */
async function runVitest(
  name: string,
  script: keyof typeof limitsMs,
  args: readonly string[],
): Promise<Counts> {
  const folder = join(TOOLCHAIN, 'reports');
  const report = join(folder, `${name.replace(/\W+/g, '-')}-${script}.json`);
  await mkdir(folder, { recursive: true });
  await rm(report, { force: true });
  // What takes minutes shows each test as it ends.
  const shown = script === 'test' ? 'default' : 'verbose';
  const reporters = [`--reporter=${shown}`, '--reporter=json', `--outputFile.json=${report}`];
  const { exitCode } = await run(
    'pnpm',
    ['--silent', '--filter', name, 'run', script, ...reporters, ...args],
    {
      env: imageEnvironment,
      output: 'show',
      timeoutMs: limitsMs[script],
    },
  );
  return countVitest(await readFile(report, 'utf8').catch(() => null), exitCode);
}

/** Unit and property tests of every package, one package after the other. */
export async function unit(args: readonly string[]): Promise<Counts> {
  const counts: Counts[] = [];
  for (const name of await packagesWith('test')) {
    say(`\n${name}`);
    counts.push(await runVitest(name, 'test', ['--passWithNoTests', ...args]));
  }
  return sum(counts);
}

/** The etcd port against the model and against real etcd processes of the image. */
export function contract(args: readonly string[]): Promise<Counts> {
  return runVitest('@flux-pg/etcd-membership', 'contract', args);
}

/** Many agents in virtual time: the standard seeds, what they cover, and the bugs that they have to catch. */
export function simulation(args: readonly string[]): Promise<Counts> {
  return runVitest('@flux-pg/test-simulation', 'simulation', args);
}

/** Scenarios on the real image; `args` are parts of file names. */
export function e2e(args: readonly string[]): Promise<Counts> {
  return runVitest('@flux-pg/test-e2e', 'e2e', args);
}

/** The long scenarios. */
export function scenarios(args: readonly string[]): Promise<Counts> {
  return runVitest('@flux-pg/test-e2e', 'scenarios', args);
}
