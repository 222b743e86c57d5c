import { formatNodeAddress, type NodeAddress } from '../address/node-address.ts';
import { appSegment } from '../client/app-name.ts';
import type { CallOptions } from '../client/calls.ts';
import type { FluxClient } from '../client/flux-client.ts';
import { type Clock, systemClock } from '../clock.ts';
import { apiSource, nodeSource, witnessSource } from '../sources/api-sources.ts';
import type { ListingSource } from '../sources/listing-source.ts';
import { Watch, type WatchOptions } from '../watch/watch.ts';
import { askSources } from './ask-sources.ts';
import { combine, type SourceAnswer } from './combine.ts';
import type { Discovery } from './discovery.ts';
import { type KnownNodes, knownNodes, learnNodes } from './known-nodes.ts';

/** Who is asked, and how long is waited. */
export interface FluxDiscoveryOptions {
  /** Carries all calls; the discovery does not close it. */
  readonly client: FluxClient;
  /** Asked each time. Default: the client's base URLs, see {@link apiSource}. */
  readonly sources?: readonly ListingSource[];
  /**
   * How many of the app's listed nodes are asked at their own API besides, the last that answered first. They are learnt
   * from the results. Default 3; 0 asks none.
   */
  readonly nodes?: number;
  /** Nodes to begin with, such as those of a listing kept from earlier: they help while the central API is down. */
  readonly knownNodes?: readonly NodeAddress[];
  /** Nodes that have nothing to do with the app, see `chooseWitnesses`; a function is asked for them each time. */
  readonly witnesses?: readonly NodeAddress[] | (() => readonly NodeAddress[]);
  /**
   * How long the rest is waited for once a source has listed instances, and as long once more the first time, when the
   * listed nodes are only known then. Default 3000.
   */
  readonly patienceMs?: number;
  /** Default {@link systemClock}. */
  readonly clock?: Clock;
}

/**
 * Finds an app's instances with several sources at once, and remembers which nodes answered.
 *
 * @example
 * ```ts
 * await using client = new FluxClient();
 * const discovery = new FluxDiscovery({ client });
 * const found = await discovery.discover('myapp');
 * if (found.known) for (const { address, listedBy } of found.instances) console.log(address.ip, listedBy.length);
 * ```
 */
export class FluxDiscovery {
  readonly #client: FluxClient;
  readonly #options: FluxDiscoveryOptions;
  readonly #clock: Clock;
  readonly #nodesPerRound: number;
  /** By app, in lower case as Flux compares names. */
  readonly #known = new Map<string, KnownNodes>();

  /** Throws a `TypeError` for options that make no sense. */
  constructor(options: FluxDiscoveryOptions) {
    this.#client = options.client;
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
    this.#nodesPerRound = options.nodes ?? 3;
    if (!Number.isSafeInteger(this.#nodesPerRound) || this.#nodesPerRound < 0) {
      throw new TypeError('nodes must be a whole number, 0 or more');
    }
  }

  /**
   * Asks all sources at once and puts their answers together. Failures are in the result, not thrown; it throws only a
   * `DiscoveryError` of code `aborted`, and a `TypeError` for a name that no app can have.
   */
  async discover(app: string, options: CallOptions = {}): Promise<Discovery> {
    const { signal } = options;
    const { patienceMs = 3000 } = this.#options;
    appSegment(app);
    const round = { app, clock: this.#clock, patienceMs, isKnown: false, signal };
    const nodes = this.#nodesToAsk(app, []);
    const asked = [...this.#fixedSources(), ...nodes.map((node) => nodeSource(this.#client, node))];
    const answers = await askSources(asked, round);
    const first = combine(app, answers, this.#clock.wallMs());
    this.#learn(app, first, nodes, answers);
    // The first time, the nodes are only known now.
    const more = first.known ? this.#nodesToAsk(app, nodes).slice(0, this.#nodesPerRound - nodes.length) : [];
    if (more.length === 0) return first;
    const further = await askSources(
      more.map((node) => nodeSource(this.#client, node)),
      { ...round, isKnown: true },
    );
    const all = [...answers, ...further];
    const discovery = combine(app, all, this.#clock.wallMs());
    this.#learn(app, discovery, [...nodes, ...more], all);
    return discovery;
  }

  /** Watches an app's listing; see {@link Watch} for what is reported when. */
  watch(app: string, options: WatchOptions = {}): Watch {
    return new Watch((signal) => this.discover(app, { signal }), this.#clock, options);
  }

  #fixedSources(): readonly ListingSource[] {
    const { sources = [apiSource(this.#client)], witnesses = [] } = this.#options;
    const addresses = typeof witnesses === 'function' ? witnesses() : witnesses;
    return [...sources, ...addresses.map((address) => witnessSource(this.#client, address))];
  }

  #knownOf(app: string): KnownNodes {
    return this.#known.get(app.toLowerCase()) ?? knownNodes(this.#options.knownNodes ?? []);
  }

  #nodesToAsk(app: string, asked: readonly NodeAddress[]): readonly NodeAddress[] {
    return this.#knownOf(app)
      .order.filter(({ ip }) => !asked.some((node) => node.ip === ip))
      .slice(0, this.#nodesPerRound);
  }

  #learn(
    app: string,
    discovery: Discovery,
    nodes: readonly NodeAddress[],
    answers: readonly SourceAnswer[],
  ): void {
    const byName = new Map(answers.map(({ source, answer }) => [source.name, answer.ok]));
    const outcomes = new Map(
      nodes.map((node) => {
        const text = formatNodeAddress(node);
        return [text, byName.get(`node ${text}`) ?? false] as const;
      }),
    );
    this.#known.set(app.toLowerCase(), learnNodes(this.#knownOf(app), discovery, outcomes));
  }
}
