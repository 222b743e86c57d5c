import { randomBytes } from 'node:crypto';
import { images } from '../config.ts';
import {
  connectEngine,
  createInternalNetwork,
  createVolume,
  type Engine,
  type InternalNetwork,
} from '../engine/engine.ts';
import { removeRun } from '../engine/leftovers.ts';
import { PlacedContainer } from '../engine/placed-container.ts';
import { HarnessError } from '../harness-error.ts';
import { createRowsTable, Ledger, missingRows } from '../load/ledger.ts';
import { Writer } from '../load/writer.ts';
import { messageOf, until } from '../waiting.ts';
import { PrimaryWatch } from '../watch/primary-watch.ts';
import { APP_NAME, type ClusterOptions, credentialsOf, nodeEnvironment } from './cluster-options.ts';
import { dumpNodes } from './diagnostics.ts';
import { examine, type HealthQuestion, type HealthyCluster } from './health.ts';
import { type MockFlux, startMockFlux } from './mock-flux-container.ts';
import { ClusterNode } from './node.ts';

/** The mock's place in the subnet; nodes follow from the eleventh on, so that their order is that of their numbers. */
const MOCK_HOST = 5;
const FIRST_NODE_HOST = 10;

interface ClusterParts {
  readonly engine: Engine;
  readonly network: InternalNetwork;
  readonly runName: string;
  readonly mock: MockFlux;
  readonly options: ClusterOptions;
}

/** Nodes of the real image with a mock Flux API on a network of their own. */
export class Cluster {
  readonly #parts: ClusterParts;
  readonly #ledger = new Ledger();
  readonly #nodes: ClusterNode[] = [];
  /** A test that fails leaves them running. */
  readonly #loads: (Writer | PrimaryWatch)[] = [];
  #created = 0;
  #writers = 0;
  #hasTable = false;

  constructor(parts: ClusterParts) {
    this.#parts = parts;
  }

  /** The nodes in the order of their addresses; one that was dropped is not among them. */
  get nodes(): readonly ClusterNode[] {
    return this.#nodes;
  }

  /** Steers what the nodes hear from the Flux API. */
  get flux(): MockFlux['control'] {
    return this.#parts.mock.control;
  }

  /** The node of a number, from 1. */
  node(number: number): ClusterNode {
    const node = this.#nodes[number - 1];
    if (node === undefined) throw new HarnessError('no-container', `there is no node ${number}`);
    return node;
  }

  /** A new node with an empty volume. Nobody lists it and it does not run yet. */
  async addNode(): Promise<ClusterNode> {
    const { engine, network, runName, mock, options } = this.#parts;
    this.#created += 1;
    const name = `${runName}-node-${this.#created}`;
    // Before anything is awaited: others may be added meanwhile.
    const address = `${network.prefix}.${FIRST_NODE_HOST + this.#created}`;
    await createVolume(engine, name);
    const node = new ClusterNode({
      engine,
      network,
      name,
      address,
      volume: name,
      environment: nodeEnvironment(options, mock.url),
      credentials: credentialsOf(options),
    });
    this.#nodes.push(node);
    return node;
  }

  /** An address that no node has or had. */
  freeAddress(): string {
    this.#created += 1;
    return `${this.#parts.network.prefix}.${FIRST_NODE_HOST + this.#created}`;
  }

  /** Lets somebody else's web service answer on the status port of an address that is free. */
  async startStranger(address: string): Promise<void> {
    const { network, runName } = this.#parts;
    const stranger = new PlacedContainer(images.node, `${runName}-stranger`, network, address);
    await stranger.withEntrypoint(['python3', '-m', 'http.server', '8008']).start();
  }

  /** Forgets a node: what healthy means is no longer asked of it. Its container stays as it is. */
  dropNode(node: ClusterNode): void {
    this.#nodes.splice(this.#nodes.indexOf(node), 1);
  }

  /** What the Flux API shows to everybody. */
  async list(nodes: readonly ClusterNode[]): Promise<void> {
    await this.flux.setInstances(
      APP_NAME,
      nodes.map(({ address }) => ({ ip: address })),
    );
  }

  /** What the Flux API shows to one node. */
  async listFor(caller: ClusterNode, nodes: readonly ClusterNode[]): Promise<void> {
    await this.flux.setView(
      APP_NAME,
      caller.address,
      nodes.map(({ address }) => ({ ip: address })),
    );
  }

  async listForAllAgain(): Promise<void> {
    await this.flux.clearViews(APP_NAME);
  }

  /** How many instances the app's specification wants. */
  async specify(instances: number): Promise<void> {
    await this.flux.setSpecification(APP_NAME, { instances });
  }

  /** A client that writes through a port of a node until it is stopped. Its rows may never be lost. */
  startWriter(node: ClusterNode, port: 'postgres' | 'readWrite' = 'readWrite'): Writer {
    this.#writers += 1;
    const writer = new Writer(node.login(port), `writer ${this.#writers} at ${node.name}`, this.#ledger);
    this.#loads.push(writer);
    return writer;
  }

  /** Watches that never two nodes take writes. */
  watchPrimaries(): PrimaryWatch {
    const watch = new PrimaryWatch(this.#nodes);
    this.#loads.push(watch);
    return watch;
  }

  /** Waits until the nodes, all or the given ones, are what `Healthy` means. Throws `timeout` with what is missing. */
  async untilHealthy(
    timeoutMs = 90_000,
    nodes: readonly ClusterNode[] = this.#nodes,
    question?: HealthQuestion,
  ): Promise<HealthyCluster> {
    return until('the cluster is healthy', { timeoutMs, intervalMs: 500 }, async () => {
      await this.#prepareTable(nodes);
      const health = await examine(nodes, this.#ledger, question);
      if (health.ok) return health.cluster;
      throw new HarnessError('timeout', health.problems.join('\n'));
    });
  }

  /**
   * Waits until etcd's leader has left the primary's node, which it does once nothing has changed for a minute. Before that,
   * losing this node also costs an election of etcd, whose winner renews the lost primary's lease.
   */
  async untilEtcdLeaderIsElsewhere(timeoutMs = 150_000): Promise<void> {
    await until("etcd's leader is not with the primary", { timeoutMs, intervalMs: 2000 }, async () => {
      const { members } = await this.node(1).status();
      return members.some(({ role, etcd }) => role === 'replica' && etcd === 'leader') ? true : undefined;
    });
  }

  /** Acknowledged rows that a node's own PostgreSQL does not have, whatever else is wrong with the cluster. */
  async missingAt(node: ClusterNode): Promise<readonly string[]> {
    return missingRows(node.login('postgres'), this.#ledger.snapshot());
  }

  /** The node whose PostgreSQL takes writes, or undefined. */
  async findPrimary(): Promise<ClusterNode | undefined> {
    const writable = await Promise.all(this.#nodes.map((node) => node.isWritable().catch(() => false)));
    return this.#nodes.find((_, index) => writable[index] === true);
  }

  /** Keeps what the nodes know for whoever looks into a failure; returns a text about it. */
  async dump(title: string): Promise<string> {
    return dumpNodes(this.#nodes, title);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const ended = Promise.all(this.#loads.map((load) => load.stop()));
    await removeRun(this.#parts.runName);
    await ended;
  }

  async #prepareTable(nodes: readonly ClusterNode[]): Promise<void> {
    const [first] = nodes;
    if (this.#hasTable || first === undefined) return;
    await createRowsTable(first.login('readWrite'));
    this.#hasTable = true;
  }
}

/** Creates network, mock and nodes, and starts all nodes at once. On failure nothing is left behind. */
export async function startCluster(options: ClusterOptions = {}): Promise<Cluster> {
  const cluster = await prepareCluster(options);
  try {
    await Promise.all(cluster.nodes.map((node) => node.create()));
    return cluster;
  } catch (error) {
    await cluster[Symbol.asyncDispose]();
    throw error;
  }
}

/** As {@link startCluster}, but no node runs yet. */
export async function prepareCluster(options: ClusterOptions = {}): Promise<Cluster> {
  const engine = await connectEngine();
  const runName = `fluxpg-e2e-${randomBytes(3).toString('hex')}`;
  const count = options.nodes ?? 3;
  try {
    const network = await createInternalNetwork(engine, runName);
    const mock = await startMockFlux(network, `${runName}-mock`, `${network.prefix}.${MOCK_HOST}`);
    const cluster = new Cluster({ engine, network, runName, mock, options });
    for (let number = 1; number <= count; number += 1) await cluster.addNode();
    await cluster.specify(count);
    await cluster.list(cluster.nodes);
    return cluster;
  } catch (error) {
    await removeRun(runName);
    throw new HarnessError('engine', `the cluster cannot be prepared: ${messageOf(error)}`, error);
  }
}
