import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { formatTable } from '@flux-pg/node-agent';
import { mustRun } from '../command/run.ts';
import { DevError } from '../dev-error.ts';
import { type ComposeCommand, ensureCompose, findCompose } from '../engine/compose.ts';
import { ensureEngine, requireEngine } from '../engine/engine.ts';
import { ensureImages } from '../image/build.ts';
import { formatDuration, say } from '../output.ts';
import { ROOT } from '../paths.ts';
import { parseEnvironmentFile } from './environment-file.ts';
import { connectionTable, memberTable, nextCommands } from './overview.ts';
import { requireFreePorts } from './ports.ts';
import { waitUntilFormed } from './wait-formed.ts';

const COMPOSE_LIMIT_MS = 5 * 60_000;
const STOP_SECONDS = '10';
const folder = join(ROOT, 'docker');
const environmentFile = join(folder, '.env');

/** The two generations of Compose take the project's folder and name from different places unless they are told. */
async function compose(command: ComposeCommand, step: string, args: readonly string[]): Promise<void> {
  const project = [
    '--project-name',
    'flux-pg',
    '--project-directory',
    folder,
    '--env-file',
    environmentFile,
    '--file',
    join(folder, 'docker-compose.yml'),
  ];
  await mustRun(
    {
      step,
      mend: 'see what Compose says above; `npm run down` clears what is left of an earlier cluster',
    },
    command.program,
    [...command.leading, ...project, ...args],
    { output: 'show', timeoutMs: COMPOSE_LIMIT_MS },
  );
}

async function account() {
  const variables = parseEnvironmentFile(await readFile(environmentFile, 'utf8'));
  const user = variables.get('POSTGRES_USER') ?? 'postgres';
  const database = variables.get('POSTGRES_DB') ?? 'postgres';
  return {
    user,
    database,
    password: variables.get('POSTGRES_SUPERUSER_PASSWORD') ?? '',
  };
}

/** Sets up what is missing, starts the local cluster and shows how to use it. */
export async function up(): Promise<void> {
  await ensureEngine();
  const command = await ensureCompose();
  await ensureImages();
  await requireFreePorts();
  const startedMs = performance.now();
  await compose(command, 'start of the local cluster', ['up', '--detach', '--no-build', '--remove-orphans']);
  say('waiting for the cluster to form');
  const seen = await waitUntilFormed();
  say(`formed after ${formatDuration(performance.now() - startedMs)}\n`);
  say(`${memberTable(seen)}\n`);
  say(`${connectionTable(await account())}\n`);
  say(formatTable(nextCommands));
}

/** Removes the local cluster; its data only when asked to. */
export async function down(args: readonly string[]): Promise<void> {
  const unknown = args.filter((arg) => arg !== '--volumes');
  if (unknown.length > 0) {
    throw new DevError('usage', {
      step: 'npm run down',
      cause: `unknown option ${unknown.join(' ')}`,
      mend: 'the only one is --volumes: npm run down -- --volumes',
    });
  }
  await requireEngine();
  const command = await findCompose();
  if (command === null) {
    // Without Compose nothing can have been started by it, but a person should know why nothing happened.
    say('Docker Compose is not installed, so there is no local cluster');
    return;
  }
  await compose(command, 'removal of the local cluster', [
    'down',
    '--remove-orphans',
    '--timeout',
    STOP_SECONDS,
    ...args,
  ]);
}
