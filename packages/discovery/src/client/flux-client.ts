import { type NodeAddress, parseNodeAddress } from '../address/node-address.ts';
import type { FluxNodes } from '../answers/flux-nodes.ts';
import type { HostInfo } from '../answers/host-info.ts';
import type { Listing } from '../answers/locations.ts';
import type { RunningApps } from '../answers/running-apps.ts';
import type { AppSpecification } from '../answers/specification.ts';
import { nodeBase } from '../http/base-url.ts';
import { type Carrier, carrierFrom } from '../http/carrier.ts';
import type { Origin } from './ask.ts';
import { type CallOptions, type Calls, callsOver } from './calls.ts';
import { type ClientSettings, type FluxClientOptions, settingsFrom } from './client-options.ts';
import { NodeClient } from './node-client.ts';

/**
 * Asks the Flux API. Every call tries the base URLs in order until one gives a valid answer; otherwise it throws a
 * `DiscoveryError`, with all failures in `cause.errors` when there was more than one attempt. An app name that Flux could
 * not have accepted is a `TypeError`.
 *
 * @example
 * ```ts
 * await using client = new FluxClient();
 * const { locations } = await client.locations('myapp');
 * ```
 */
export class FluxClient implements AsyncDisposable {
  readonly #settings: ClientSettings;
  readonly #carrier: Carrier;
  readonly #call: Calls;

  /** Opens no connection. Throws a `TypeError` for options that make no sense. */
  constructor(options: FluxClientOptions = {}) {
    this.#settings = settingsFrom(options);
    this.#carrier = carrierFrom(options, this.#settings.requestTimeoutMs);
    this.#call = callsOver(this.#carrier, this.#settings);
  }

  /** The base URLs without credentials, in the order in which they are asked. */
  get baseUrls(): readonly string[] {
    return this.#settings.bases.map(({ shown }) => shown);
  }

  /**
   * Where instances of an app are said to run, in the order of their addresses. An empty list is returned as empty, although
   * it is no information: Flux answers so for unknown apps and while a node's database is incomplete. A listed instance may
   * be dead for up to two hours, and a running one may be missing.
   */
  async locations(app: string, options: CallOptions = {}): Promise<Listing & Origin> {
    return await this.#call(
      (questions) => questions.locationsQuestion(this.#settings.bases, app, this.#settings),
      options,
    );
  }

  /** What the app's owner has ordered. An unknown app is an error of code `envelope`. */
  async specification(app: string, options: CallOptions = {}): Promise<AppSpecification & Origin> {
    return await this.#call(
      (questions) => questions.specificationQuestion(this.#settings.bases, app),
      options,
    );
  }

  /**
   * What Flux says about the node that this container runs on; answered inside Flux containers only. For some minutes
   * after a node's boot it is an error of code `envelope`.
   */
  async hostInfo(options: CallOptions = {}): Promise<HostInfo & Origin> {
    return await this.#call((questions) => questions.hostInfoQuestion(this.#settings), options);
  }

  /**
   * The deterministic node list: some 7000 nodes, 3 MB. It changes by a few nodes an hour, and every node shows the same
   * but for the last minutes.
   */
  async fluxNodes(options: CallOptions = {}): Promise<FluxNodes & Origin> {
    return await this.#call(
      (questions) => questions.fluxNodesQuestion(this.#settings.bases, this.#settings),
      options,
    );
  }

  /** What a node says it runs, see {@link NodeClient.runningApps}. Text is read as {@link FluxClient.nodeClient} does. */
  async runningApps(node: NodeAddress | string, options: CallOptions = {}): Promise<RunningApps & Origin> {
    return await this.nodeClient(node).runningApps(options);
  }

  /** The version of a node's FluxOS; an answer also shows that the node lives. */
  async version(
    node: NodeAddress | string,
    options: CallOptions = {},
  ): Promise<{ readonly version: string } & Origin> {
    return await this.nodeClient(node).version(options);
  }

  /**
   * The API of one node, over this client's connections and with its limits. Answers come over plain HTTP from a machine
   * that anybody may own: they are hints. Throws a `TypeError` for a text that is no acceptable node address.
   */
  nodeClient(node: NodeAddress | string): NodeClient {
    const { allowPrivateAddresses } = this.#settings;
    const read =
      typeof node === 'string'
        ? parseNodeAddress(node, { allowPrivateAddresses })
        : ({ ok: true, address: node } as const);
    if (!read.ok) throw new TypeError(`a node address is needed: ${read.reason}`);
    const bases = [nodeBase(read.address)];
    return new NodeClient(read.address, bases, this.#settings, this.#call);
  }

  /** Closes the client's own connections; calls under way fail. A dispatcher or fetch that was given stays open. */
  async close(): Promise<void> {
    await this.#carrier.close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }
}
