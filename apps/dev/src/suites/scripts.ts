import { run } from '../command/run.ts';
import { DevError } from '../dev-error.ts';

const LIMIT_MS = 30 * 60_000;

/** Images are built beforehand, and no registry may be needed; the suites remove what they create themselves. */
export const imageEnvironment = { TESTCONTAINERS_RYUK_DISABLED: 'true' };

/** Runs a script of a package and shows what it prints. Throws a `DevError` when it fails. */
export async function runScript(
  name: string,
  script: string,
  args: readonly string[],
  mend = 'see above',
): Promise<void> {
  const { exitCode } = await run('pnpm', ['--silent', '--filter', name, 'run', script, ...args], {
    env: imageEnvironment,
    output: 'show',
    timeoutMs: LIMIT_MS,
  });
  if (exitCode === 0) return;
  throw new DevError('command', { step: script, cause: `it ended with ${exitCode}, see above`, mend });
}

/** Runs a benchmark on the image, which prints its own comparison. */
export async function bench(name: 'formation' | 'failover', args: readonly string[]): Promise<void> {
  const mend = 'see above; `docker ps --filter label=flux-pg.test=1` shows what it left';
  await runScript('@flux-pg/test-e2e', `bench:${name}`, args, mend);
}
