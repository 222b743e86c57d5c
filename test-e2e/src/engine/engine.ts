import { createInterface } from 'node:readline';
import { PassThrough } from 'node:stream';
import { type ContainerRuntimeClient, getContainerRuntimeClient } from 'testcontainers';
import { HarnessError } from '../harness-error.ts';
import { within } from '../waiting.ts';

/** The Docker API, as testcontainers found it. */
export type Engine = ContainerRuntimeClient['container']['dockerode'];
/** One container of the engine. */
export type EngineContainer = ReturnType<Engine['getContainer']>;

/** Everything that a run creates carries these, so that what a killed run left can be told from what a living one uses. */
export const ownLabels = {
  'flux-pg.test': '1',
  'flux-pg.test.pid': String(process.pid),
} as const;

/** Connects to Docker the way testcontainers does. */
export async function connectEngine(): Promise<Engine> {
  return (await getContainerRuntimeClient()).container.dockerode;
}

/** What a command in a container gave. */
export interface ExecOutcome {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a command as root in a container. Throws `timeout`, or the engine's error when the container does not run. */
export async function execIn(
  containerId: string,
  command: readonly string[],
  timeoutMs = 15_000,
): Promise<ExecOutcome> {
  const client = await getContainerRuntimeClient();
  const work = client.container.exec(client.container.getById(containerId), [...command]);
  const { exitCode, stdout, stderr } = await within(command.join(' '), timeoutMs, work);
  return { exitCode, stdout, stderr };
}

/** Runs a command as root in a container and gives each line of its output, until the command or the container ends. */
export async function followIn(
  engine: Engine,
  containerId: string,
  command: readonly string[],
  onLine: (line: string) => void,
): Promise<void> {
  const exec = await engine
    .getContainer(containerId)
    .exec({ Cmd: [...command], AttachStdout: true, AttachStderr: true });
  const stream = await exec.start({});
  const [output, errors] = [new PassThrough(), new PassThrough()];
  errors.resume();
  engine.modem.demuxStream(stream, output, errors);
  for (const ended of ['end', 'close', 'error']) stream.on(ended, () => output.end());
  for await (const line of createInterface({ input: output })) onLine(line);
}

/** A network without a way out, and the first three numbers of its addresses. */
export interface InternalNetwork {
  readonly name: string;
  readonly prefix: string;
}

/** Docker hands out 172.16/12 and 192.168/16 by itself, so these are rarely in anybody's way. */
const SUBNET_BASE = '10.231';
const SUBNET_ATTEMPTS = 20;

/** Creates an internal network on a free subnet, since only a known subnet lets a container keep its address. */
export async function createInternalNetwork(engine: Engine, name: string): Promise<InternalNetwork> {
  let refusal: unknown;
  for (let attempt = 0; attempt < SUBNET_ATTEMPTS; attempt += 1) {
    const prefix = `${SUBNET_BASE}.${Math.floor(Math.random() * 256)}`;
    try {
      await engine.createNetwork({
        Name: name,
        Driver: 'bridge',
        Internal: true,
        CheckDuplicate: true,
        Labels: { ...ownLabels },
        IPAM: {
          Driver: 'default',
          Config: [{ Subnet: `${prefix}.0/24`, Gateway: `${prefix}.1` }],
        },
      });
      return { name, prefix };
    } catch (error) {
      refusal = error;
    }
  }
  throw new HarnessError('engine', `no free subnet in ${SUBNET_BASE}.0.0/16 for ${name}`, refusal);
}

/** Creates a named volume. */
export async function createVolume(engine: Engine, name: string): Promise<void> {
  await engine.createVolume({ Name: name, Labels: { ...ownLabels } });
}
