import { constants } from 'node:os';
import { down, up } from './cluster/up.ts';
import { endAll } from './command/run.ts';
import { DevError, formatFailure } from './dev-error.ts';
import { ensureEngine } from './engine/engine.ts';
import { ensureImages } from './image/build.ts';
import { everySuite, runSuites, suites } from './suites/run-suites.ts';
import { bench, runScript } from './suites/scripts.ts';

async function image(): Promise<void> {
  await ensureEngine();
  await ensureImages();
}

async function runBench(name: 'formation' | 'failover', args: readonly string[]): Promise<void> {
  await image();
  await bench(name, args);
}

/** Gives the exit code where it is not simply 0. */
type Command = (args: readonly string[]) => Promise<unknown>;

/** The commands as CONTRIBUTING.md lists them, by the names of their npm scripts. */
const commands: Readonly<Record<string, Command>> = {
  up,
  down,
  image,
  test: () => runSuites(everySuite),
  lint: () => runSuites([suites.lint]),
  typecheck: () => runSuites([suites.typecheck]),
  'test:unit': (args) => runSuites([suites.unit], args),
  'test:simulation': (args) => runSuites([suites.simulation], args),
  'test:contract': (args) => runSuites([suites.contract], args),
  'test:e2e': (args) => runSuites([suites.e2e], args),
  'test:scenarios': (args) => runSuites([suites.scenarios], args),
  simulate: (args) => runScript('@flux-pg/test-simulation', 'sweep', args),
  'bench:formation': (args) => runBench('formation', args),
  'bench:failover': (args) => runBench('failover', args),
  'bench:discovery': (args) => runScript('@flux-pg/discovery', 'bench', args),
  docs: (args) => runScript('@flux-pg/discovery', 'docs', args),
};

async function run([name = '', ...args]: readonly string[]): Promise<number> {
  const command = commands[name];
  if (command === undefined) {
    throw new DevError('usage', {
      step: 'apps/dev',
      cause: name === '' ? 'no command was given' : `there is no command ${name}`,
      mend: `npm run ${Object.keys(commands).join(' | ')}`,
    });
  }
  const result = await command(args);
  return typeof result === 'number' ? result : 0;
}

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.once(signal, () => {
    void endAll().finally(() => process.exit(128 + constants.signals[signal]));
  });
}

try {
  process.exitCode = await run(process.argv.slice(2));
} catch (error) {
  process.stderr.write(`\n${formatFailure(error)}\n`);
  process.exitCode = 1;
}
