import { formatNodeAddress, type NodeAddress } from '../address/node-address.ts';
import type { FluxNodes } from '../answers/flux-nodes.ts';
import type { Listing } from '../answers/locations.ts';
import type { RunningApps } from '../answers/running-apps.ts';
import type { AppSpecification } from '../answers/specification.ts';
import type { BaseUrl } from '../http/base-url.ts';
import type { Origin } from './ask.ts';
import type { CallOptions, Calls } from './calls.ts';
import type { ClientSettings } from './client-options.ts';

/** Asks one Flux node's own API; made by `FluxClient.nodeClient`. Its calls throw as those of `FluxClient` do. */
export class NodeClient {
  /** The node that is asked. */
  readonly address: NodeAddress;
  readonly #bases: readonly BaseUrl[];
  readonly #settings: ClientSettings;
  readonly #call: Calls;

  /** @internal */
  constructor(address: NodeAddress, bases: readonly BaseUrl[], settings: ClientSettings, call: Calls) {
    this.address = address;
    this.#bases = bases;
    this.#settings = settings;
    this.#call = call;
  }

  /** Where this node's database says that instances of an app run. */
  async locations(app: string, options: CallOptions = {}): Promise<Listing & Origin> {
    return await this.#call(
      (questions) => questions.locationsQuestion(this.#bases, app, this.#settings),
      options,
    );
  }

  /** The app's specification in this node's database. */
  async specification(app: string, options: CallOptions = {}): Promise<AppSpecification & Origin> {
    return await this.#call((questions) => questions.specificationQuestion(this.#bases, app), options);
  }

  /** The containers that run on this node, by its own account. */
  async runningApps(options: CallOptions = {}): Promise<RunningApps & Origin> {
    return await this.#call(
      (questions) => questions.runningAppsQuestion(this.#bases, this.#settings),
      options,
    );
  }

  /** The version of the node's FluxOS; an answer also shows that the node lives. */
  async version(options: CallOptions = {}): Promise<{ readonly version: string } & Origin> {
    return await this.#call((questions) => questions.versionQuestion(this.#bases), options);
  }

  /** The deterministic node list as this node knows it. */
  async fluxNodes(options: CallOptions = {}): Promise<FluxNodes & Origin> {
    return await this.#call((questions) => questions.fluxNodesQuestion(this.#bases, this.#settings), options);
  }

  toString(): string {
    return formatNodeAddress(this.address);
  }
}
