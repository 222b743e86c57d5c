import type { Transport } from './transport.ts';

/** How a `PatroniClient` asks. */
export interface PatroniClientOptions {
  /** `http` or `https`, without credentials and query; a path is kept as a prefix. */
  readonly baseUrl: string;
  /** Sent as basic authentication, only with requests that change something: Patroni never asks for it elsewhere. */
  readonly auth?: { readonly username: string; readonly password: string };
  /** From the connection to the last byte. */
  readonly requestTimeoutMs: number;
  /** PEM texts. `serverName` is what the server's certificate must name, if not the host of the URL. */
  readonly tls?: {
    readonly ca: string;
    readonly cert?: string;
    readonly key?: string;
    readonly serverName?: string;
  };
  /** Carries the requests instead of a pool of the client's own, `tls` included; `close()` leaves it open. */
  readonly dispatcher?: Transport;
  /** Default 1 MiB; the state of a cluster has a few kB. */
  readonly maxBodyBytes?: number;
}

/** The options with defaults filled in and checked. */
export interface ClientSettings {
  readonly origin: string;
  /** Without a slash at the end. */
  readonly pathPrefix: string;
  readonly requestTimeoutMs: number;
  readonly maxBodyBytes: number;
  readonly authorization: string | undefined;
  /** Texts that must not show up in errors, should an answer repeat them. */
  readonly secrets: readonly string[];
}

/** Throws a `TypeError`. */
export function positive(value: number, name: string): number {
  if (Number.isSafeInteger(value) && value > 0) return value;
  throw new TypeError(`${name} must be a positive whole number`);
}

/** Throws a `TypeError` for options that make no sense; it does not repeat them, since they may hold a password. */
export function settingsFrom(options: PatroniClientOptions): ClientSettings {
  const { auth, baseUrl } = options;
  const url = URL.canParse(baseUrl) ? new URL(baseUrl) : null;
  if (url === null || (url.protocol !== 'http:' && url.protocol !== 'https:'))
    throw new TypeError('baseUrl must start with http:// or https:// and name a host');
  if (url.username !== '' || url.password !== '')
    throw new TypeError('credentials belong into auth, not into baseUrl');
  if (auth?.username.includes(':') === true) throw new TypeError('a user name cannot contain a colon');
  const credentials =
    auth === undefined ? undefined : Buffer.from(`${auth.username}:${auth.password}`).toString('base64');
  return {
    origin: url.origin,
    pathPrefix: url.pathname.replace(/\/+$/, ''),
    requestTimeoutMs: positive(options.requestTimeoutMs, 'requestTimeoutMs'),
    maxBodyBytes: positive(options.maxBodyBytes ?? 1024 * 1024, 'maxBodyBytes'),
    authorization: credentials === undefined ? undefined : `Basic ${credentials}`,
    secrets: [credentials, auth?.password].filter(
      (text): text is string => text !== undefined && text !== '',
    ),
  };
}
