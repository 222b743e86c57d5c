import { ask, type Means, type Origin } from './ask.ts';
import { type Carrier, carrierFrom } from './carrier.ts';
import { type ClientSettings, type FluxClientOptions, settingsFrom } from './client-options.ts';
import { type HostInfo, readHostInfo } from './host-info.ts';
import { type Listing, readListing } from './locations.ts';
import { type AppSpecification, readSpecification } from './specification.ts';

/** Where the Flux network answers the public; each call there may reach another node with a database of its own. */
export const PUBLIC_BASE_URLS: readonly string[] = ['https://api.runonflux.io', 'https://api.runonflux.com'];

/** Options of one call. */
export interface CallOptions {
  /** Ends the call with an error of code `aborted`. */
  readonly signal?: AbortSignal;
}

function pathSegment(app: string): string {
  // Flux uses the name as a regular expression, so anything beyond a plain name would ask for other apps, too.
  if (/^[A-Za-z0-9][A-Za-z0-9_-]*$/.test(app)) return app;
  throw new TypeError('an app name consists of letters, digits, "-" and "_"');
}

/**
 * Asks the Flux API. Every call tries the base URLs in order until one gives a valid answer; otherwise it throws a
 * `DiscoveryError`, with all failures in `cause.errors` when there was more than one attempt. An app name that Flux could
 * not have accepted is a `TypeError`.
 *
 * @example
 * ```ts
 * await using client = new FluxClient({ baseUrls: PUBLIC_BASE_URLS });
 * const { locations } = await client.locations('myapp');
 * ```
 */
export class FluxClient implements AsyncDisposable {
  readonly #settings: ClientSettings;
  readonly #carrier: Carrier;

  /** Opens no connection. Throws a `TypeError` for options that make no sense. */
  constructor(options: FluxClientOptions) {
    this.#settings = settingsFrom(options);
    this.#carrier = carrierFrom(options.dispatcher, this.#settings.requestTimeoutMs);
  }

  /**
   * Where instances of an app are said to run, in the order of their addresses. An empty list is returned as empty, although
   * it is no information: Flux answers so for unknown apps and while a node's database is incomplete. A listed instance may
   * be dead for up to two hours, and a running one may be missing.
   */
  async locations(app: string, options: CallOptions = {}): Promise<Listing & Origin> {
    const path = `apps/location/${pathSegment(app)}`;
    const { bases, maxEntries, allowPrivateAddresses } = this.#settings;
    const read = (data: unknown) => readListing(data, { app, maxEntries, allowPrivateAddresses });
    return await ask({ bases, path, read }, await this.#means(options));
  }

  /** What the app's owner has ordered. An unknown app is an error of code `envelope`. */
  async specification(app: string, options: CallOptions = {}): Promise<AppSpecification & Origin> {
    const path = `apps/appspecifications/${pathSegment(app)}`;
    const { bases } = this.#settings;
    return await ask(
      { bases, path, read: (data) => readSpecification(data, app) },
      await this.#means(options),
    );
  }

  /**
   * What Flux says about the node that this container runs on; answered inside Flux containers only. For some minutes
   * after a node's boot it is an error of code `envelope`.
   */
  async hostInfo(options: CallOptions = {}): Promise<HostInfo & Origin> {
    const { hostInfoBase, allowPrivateAddresses } = this.#settings;
    const read = (data: unknown) => readHostInfo(data, { allowPrivateAddresses });
    return await ask({ bases: [hostInfoBase], path: 'hostinfo', read }, await this.#means(options));
  }

  /** Closes the client's own connections; calls under way fail. A dispatcher that was given stays open. */
  async close(): Promise<void> {
    await this.#carrier.close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  async #means({ signal }: CallOptions): Promise<Means> {
    return { settings: this.#settings, transport: await this.#carrier.transport(), signal };
  }
}
