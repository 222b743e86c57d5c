import { images } from '../config.ts';
import { HarnessError } from '../harness-error.ts';
import { within } from '../waiting.ts';
import { connectEngine, ownLabels } from './engine.ts';

/** What a command that runs in a container of its own may touch. */
export interface OneShotPlace {
  /** The container's name; what is removed with a run is found by it. */
  readonly name: string;
  /** `VOLUME:PATH`. */
  readonly binds?: readonly string[];
  /** Runs in the network namespace of this container, with the right to change its routes. */
  readonly routesOf?: string;
}

const TIMEOUT_MS = 60_000;
let started = 0;

/** Runs a command as root in a new container of the node's image. Throws `exec` when it does not end with 0. */
export async function runOnce(command: readonly string[], place: OneShotPlace): Promise<string> {
  const engine = await connectEngine();
  started += 1;
  const container = await engine.createContainer({
    name: `${place.name}-${started}`,
    Image: images.node,
    Entrypoint: [],
    Cmd: [...command],
    // Else what the engine keeps of the output is cut into frames.
    Tty: true,
    Labels: { ...ownLabels },
    HostConfig: {
      Binds: [...(place.binds ?? [])],
      NetworkMode: place.routesOf === undefined ? 'none' : `container:${place.routesOf}`,
      CapAdd: place.routesOf === undefined ? [] : ['NET_ADMIN'],
    },
  });
  try {
    await container.start();
    const { StatusCode: exitCode } = await within(command.join(' '), TIMEOUT_MS, container.wait());
    const output = (await container.logs({ stdout: true, stderr: true, follow: false })).toString('utf8');
    if (exitCode === 0) return output;
    throw new HarnessError('exec', `${command.join(' ')} ended with ${exitCode}: ${output.trim()}`);
  } finally {
    await container.remove({ force: true });
  }
}
