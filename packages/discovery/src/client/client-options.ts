import { type BaseUrl, parseBaseUrl } from '../http/base-url.ts';
import type { Fetch } from '../http/fetch-transport.ts';
import type { Transport } from '../http/transport.ts';

/** Where the Flux network answers the public; each call there may reach another node with a database of its own. */
export const PUBLIC_BASE_URLS: readonly string[] = ['https://api.runonflux.io', 'https://api.runonflux.com'];

/** Where Flux answers a container about its own node. */
const HOST_INFO_BASE_URL = 'http://fluxnode.service:16101';

/** How a `FluxClient` asks. */
export interface FluxClientOptions {
  /**
   * Tried in this order; credentials in them are sent as basic authentication and never shown. Default: the public
   * endpoints.
   */
  readonly baseUrls?: readonly string[];
  /** From the connection to the last byte, for each attempt. Default 10 000. */
  readonly requestTimeoutMs?: number;
  /** How often each base URL is asked; all are asked once before any is asked again. Default 1. */
  readonly attemptsPerUrl?: number;
  /** From the call to its end, with all attempts and the pauses between them. Default 30 000. */
  readonly callBudgetMs?: number;
  /**
   * Waited before base URLs are asked again, doubled with each further round, at random between half of it and the
   * whole. Default 500; of no effect with one attempt.
   */
  readonly retryDelayMs?: number;
  /** Carries the requests instead of a pool of the client's own, for instance an `Agent` of undici; stays open. */
  readonly dispatcher?: Transport;
  /** Carries the requests like `dispatcher`, with the signature of the global `fetch`. Not both. */
  readonly fetch?: Fetch;
  /** Default `flux-pg-discovery`; name your program, so that Flux knows whom to ask. */
  readonly userAgent?: string;
  /** Accept private and other non-public addresses in answers, for a Flux of one's own. Default false. */
  readonly allowPrivateAddresses?: boolean;
  /** Default 1 MiB: a listing of the most instances that Flux allows (100) has about 30 kB. */
  readonly maxBodyBytes?: number;
  /** Rows in a listing. Default 1000, ten times the most instances that Flux allows. */
  readonly maxEntries?: number;
  /** The clock of `receivedAtMs`, in Unix milliseconds. Default `Date.now`. */
  readonly now?: () => number;
  /** Ask nodes to pass over their 30 s answer cache. Default false. */
  readonly bypassCache?: boolean;
  /** Default `http://fluxnode.service:16101`. */
  readonly hostInfoBaseUrl?: string;
}

/** The options with defaults filled in and checked. */
export interface ClientSettings {
  readonly bases: readonly BaseUrl[];
  readonly hostInfoBase: BaseUrl;
  readonly requestTimeoutMs: number;
  readonly callBudgetMs: number;
  readonly retryDelayMs: number;
  readonly attemptsPerUrl: number;
  readonly maxBodyBytes: number;
  readonly maxEntries: number;
  readonly allowPrivateAddresses: boolean;
  readonly headers: Readonly<Record<string, string>>;
  readonly now: () => number;
}

function positive(value: number, name: string): number {
  if (Number.isSafeInteger(value) && value > 0) return value;
  throw new TypeError(`${name} must be a positive whole number`);
}

/** Throws a `TypeError` for options that make no sense. */
export function settingsFrom(options: FluxClientOptions): ClientSettings {
  const { baseUrls = PUBLIC_BASE_URLS } = options;
  if (baseUrls.length === 0) throw new TypeError('at least one base URL is needed');
  if (options.dispatcher !== undefined && options.fetch !== undefined) {
    throw new TypeError('give either a dispatcher or fetch, not both');
  }
  return {
    bases: baseUrls.map(parseBaseUrl),
    hostInfoBase: parseBaseUrl(options.hostInfoBaseUrl ?? HOST_INFO_BASE_URL),
    requestTimeoutMs: positive(options.requestTimeoutMs ?? 10_000, 'requestTimeoutMs'),
    callBudgetMs: positive(options.callBudgetMs ?? 30_000, 'callBudgetMs'),
    retryDelayMs: positive(options.retryDelayMs ?? 500, 'retryDelayMs'),
    attemptsPerUrl: positive(options.attemptsPerUrl ?? 1, 'attemptsPerUrl'),
    maxBodyBytes: positive(options.maxBodyBytes ?? 1024 * 1024, 'maxBodyBytes'),
    maxEntries: positive(options.maxEntries ?? 1000, 'maxEntries'),
    allowPrivateAddresses: options.allowPrivateAddresses ?? false,
    headers: {
      accept: 'application/json',
      'user-agent': options.userAgent ?? 'flux-pg-discovery',
      ...(options.bypassCache === true ? { 'x-apicache-bypass': 'true' } : {}),
    },
    now: options.now ?? Date.now,
  };
}
