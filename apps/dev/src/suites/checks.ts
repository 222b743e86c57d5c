import { run } from '../command/run.ts';
import type { Counts } from './outcome.ts';
import { countTurbo } from './turbo-report.ts';

const LINT_LIMIT_MS = 2 * 60_000;
const TYPECHECK_LIMIT_MS = 10 * 60_000;

/** Biome on the whole repository, as one test. */
export async function lint(): Promise<Counts> {
  const colors = process.stdout.isTTY ? [] : ['--colors=off'];
  const { exitCode } = await run('pnpm', ['--silent', 'exec', 'biome', 'ci', ...colors, '.'], {
    output: 'show',
    timeoutMs: LINT_LIMIT_MS,
  });
  return exitCode === 0 ? { passed: 1, failed: 0, skipped: 0 } : { passed: 0, failed: 1, skipped: 0 };
}

/** The compiler on every package, one test each; what has not changed since it passed is not checked again. */
export async function typecheck(): Promise<Counts> {
  const args = ['--silent', 'exec', 'turbo', 'run', 'typecheck', '--continue', '--output-logs=errors-only'];
  const { exitCode, stdout, stderr } = await run('pnpm', args, {
    env: {
      TURBO_TELEMETRY_DISABLED: '1',
      TURBO_NO_UPDATE_NOTIFIER: '1',
      DO_NOT_TRACK: '1',
      NO_COLOR: '1',
    },
    timeoutMs: TYPECHECK_LIMIT_MS,
  });
  process.stdout.write(stdout);
  process.stderr.write(stderr);
  return countTurbo(stdout + stderr, exitCode);
}
