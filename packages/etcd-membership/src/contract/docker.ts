import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const run = promisify(execFile);
const TIMEOUT_MS = 30_000;
/** Containers end by themselves, should the test run be killed before it could clean up. */
const LIFETIME_SECONDS = 600;

/** By these a run that was killed is cleaned up after. */
const LABELS = ['--label', 'flux-pg.test=1', '--label', `flux-pg.test.pid=${process.pid}`];

/** Runs the docker command and returns what it printed. */
export async function docker(...words: readonly string[]): Promise<string> {
  const { stdout } = await run('docker', words, { timeout: TIMEOUT_MS });
  return stdout.trim();
}

/** Creates a network that leads nowhere but to this host. */
export async function createNetwork(name: string): Promise<void> {
  await docker('network', 'create', '--internal', ...LABELS, name);
}

/** An address to run processes at. */
export interface Container {
  readonly name: string;
  readonly address: string;
}

/** Starts a container of the image that does nothing yet; `certificates` appears as `/certificates`. */
export async function createContainer(options: {
  readonly name: string;
  readonly network: string;
  readonly image: string;
  readonly certificates: string;
}): Promise<Container> {
  const { name, network, image, certificates } = options;
  const mounts = ['--tmpfs', '/data', '-v', `${certificates}:/certificates:ro`];
  const idle = ['--no-healthcheck', '--user', 'root', '--entrypoint', 'sleep'];
  const place = ['run', '-d', '--rm', ...LABELS, '--name', name, '--network', network];
  await docker(...place, ...mounts, ...idle, image, String(LIFETIME_SECONDS));
  const format = `{{(index .NetworkSettings.Networks "${network}").IPAddress}}`;
  return { name, address: await docker('inspect', '-f', format, name) };
}

/** Runs a line of shell in the container. */
export function inContainer(container: Container, line: string): Promise<string> {
  return docker('exec', container.name, 'sh', '-c', line);
}

/** Starts a process in the container that goes on running. */
export async function startInContainer(container: Container, line: string): Promise<void> {
  await docker('exec', '-d', container.name, 'sh', '-c', line);
}
