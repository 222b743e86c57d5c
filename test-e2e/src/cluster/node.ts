import { type StatusReport, statusReportSchema } from '@flux-pg/node-agent';
import { images } from '../config.ts';
import {
  createVolume,
  type Engine,
  type EngineContainer,
  execIn,
  followIn,
  type InternalNetwork,
} from '../engine/engine.ts';
import { PlacedContainer } from '../engine/placed-container.ts';
import { HarnessError } from '../harness-error.ts';
import {
  type Credentials,
  NODE_MEMORY_GIB,
  ports,
  STOP_TIMEOUT_SECONDS,
  VOLUME_PATH,
} from './cluster-options.ts';
import { type Login, querySql } from './sql.ts';

/** What a node is made of; it keeps all of it when its container is created anew. */
export interface NodeParts {
  readonly engine: Engine;
  readonly network: InternalNetwork;
  readonly name: string;
  readonly address: string;
  readonly volume: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly credentials: Credentials;
}

/** How a container ended. */
export interface StopReport {
  readonly tookMs: number;
  readonly exitCode: number;
}

/** One instance: a volume, an address, and at most times a container. */
export class ClusterNode {
  readonly #parts: NodeParts;
  #address: string;
  #image: string = images.node;
  #containerId: string | null = null;

  constructor(parts: NodeParts) {
    this.#parts = parts;
    this.#address = parts.address;
  }

  get name(): string {
    return this.#parts.name;
  }

  get address(): string {
    return this.#address;
  }

  /** The engine's name of the container-data volume. */
  get volume(): string {
    return this.#parts.volume;
  }

  /** Creates and starts a container on the node's volume. */
  async create(): Promise<void> {
    const { name, network, volume, environment } = this.#parts;
    const container = new PlacedContainer(this.#image, name, network, this.#address)
      .withEnvironment({ ...environment })
      .withBindMounts([{ source: volume, target: VOLUME_PATH, mode: 'rw' }])
      .withMemoryLimit(NODE_MEMORY_GIB)
      .withStopTimeout(STOP_TIMEOUT_SECONDS);
    this.#containerId = (await container.start()).getId();
  }

  /** Removes the container, running or not; the volume stays. */
  async remove(): Promise<void> {
    await this.#container().remove({ force: true });
    this.#containerId = null;
  }

  /** A new container on the same volume, as a redeploy makes it: everything else of the old one is lost. */
  async recreate(): Promise<void> {
    await this.stop();
    await this.remove();
    await this.create();
  }

  /** The image of the next container. */
  useImage(image: string): void {
    this.#image = image;
  }

  /** The address of the next container; the node must not have one. */
  moveTo(address: string): void {
    if (this.#containerId !== null) throw new HarnessError('engine', `${this.name} has a container`);
    this.#address = address;
  }

  /** Gives the running container another address. No process ends, so that connections to the old one stay half-open. */
  async readdress(address: string): Promise<void> {
    const network = this.#parts.engine.getNetwork(this.#parts.network.name);
    await network.disconnect({ Container: this.#container().id });
    await network.connect({
      Container: this.#container().id,
      EndpointConfig: { IPAMConfig: { IPv4Address: address } },
    });
    this.#address = address;
  }

  /** Starts the container that was stopped or killed. */
  async start(): Promise<void> {
    await this.#container().start();
  }

  /** SIGKILL to everything in the container. */
  async kill(): Promise<void> {
    await this.#container().kill({ signal: 'SIGKILL' });
  }

  /** SIGTERM, and SIGKILL after ten seconds. */
  async stop(): Promise<StopReport> {
    const startedMs = performance.now();
    await this.#container().stop({ t: STOP_TIMEOUT_SECONDS });
    const tookMs = performance.now() - startedMs;
    const { State } = await this.#container().inspect();
    return { tookMs, exitCode: State.ExitCode };
  }

  async restart(): Promise<void> {
    await this.#container().restart({ t: STOP_TIMEOUT_SECONDS });
  }

  /** Stops every process without ending it. */
  async pause(): Promise<void> {
    await this.#container().pause();
  }

  async unpause(): Promise<void> {
    await this.#container().unpause();
  }

  /** Takes the node off the network: it reaches nobody, not even the Flux API, and nobody reaches it. */
  async cut(): Promise<void> {
    const { engine, network } = this.#parts;
    await engine.getNetwork(network.name).disconnect({ Container: this.#container().id, Force: true });
  }

  /** Ends {@link cut}; the node has the address that it had. */
  async heal(): Promise<void> {
    const { engine, network } = this.#parts;
    await engine.getNetwork(network.name).connect({
      Container: this.#container().id,
      EndpointConfig: { IPAMConfig: { IPv4Address: this.#address } },
    });
  }

  /** Removes the container, running or not, and gives the node an empty volume in place of its own. */
  async loseVolume(): Promise<void> {
    const { engine, volume } = this.#parts;
    await this.remove();
    await engine.getVolume(volume).remove();
    await createVolume(engine, volume);
  }

  async isRunning(): Promise<boolean> {
    if (this.#containerId === null) return false;
    const { State } = await this.#container().inspect();
    return State.Running && !State.Paused;
  }

  /** When the container's first process started, as the engine's clock has it, in Unix milliseconds. */
  async startedAtMs(): Promise<number> {
    return Date.parse((await this.#container().inspect()).State.StartedAt);
  }

  /** Runs a command as root. Throws `exec` when it does not end with 0. */
  async exec(command: readonly string[], timeoutMs?: number): Promise<string> {
    const { exitCode, stdout, stderr } = await execIn(this.#container().id, command, timeoutMs);
    if (exitCode === 0) return stdout;
    const text = `${stderr}${stdout}`.trim();
    throw new HarnessError('exec', `${this.name}: ${command.join(' ')} ended with ${exitCode}: ${text}`);
  }

  /** Runs a command as root and gives each line that it writes to `onLine`, until it or the container ends. */
  async follow(command: readonly string[], onLine: (line: string) => void): Promise<void> {
    await followIn(this.#parts.engine, this.#container().id, command, onLine);
  }

  /** What `flux-pg status --json` says. */
  async status(): Promise<StatusReport> {
    return statusReportSchema.parse(JSON.parse(await this.exec(['flux-pg', 'status', '--json'])));
  }

  /** Everything that the container wrote to its stdout and stderr. */
  async output(): Promise<string> {
    const log = await this.#container().logs({
      stdout: true,
      stderr: true,
      follow: false,
    });
    return log.toString('utf8');
  }

  /** How to reach one of the node's three PostgreSQL ports. */
  login(port: keyof typeof ports): Login {
    return {
      ...this.#parts.credentials,
      host: this.#address,
      port: ports[port],
    };
  }

  /** Whether the node's own PostgreSQL says that it takes writes. Throws when it does not answer. */
  async isWritable(): Promise<boolean> {
    const [row] = await querySql<{ writable: boolean }>(
      this.login('postgres'),
      `select not pg_is_in_recovery() and current_setting('transaction_read_only') = 'off' as writable`,
    );
    return row?.writable === true;
  }

  #container(): EngineContainer {
    if (this.#containerId === null) {
      throw new HarnessError('no-container', `${this.name} has no container at the moment`);
    }
    return this.#parts.engine.getContainer(this.#containerId);
  }
}
