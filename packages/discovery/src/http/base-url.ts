import type { NodeAddress } from '../address/node-address.ts';

/** A base URL taken apart, so that its credentials are sent but never shown. */
export interface BaseUrl {
  /** Without credentials and query, without a slash at the end. */
  readonly shown: string;
  readonly authorization?: string;
}

/** Reads a base URL. Throws a `TypeError`, which does not repeat the text since that may hold a password. */
export function parseBaseUrl(text: string): BaseUrl {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url === null || (url.protocol !== 'http:' && url.protocol !== 'https:')) {
    throw new TypeError('a base URL of the Flux API must start with http:// or https:// and name a host');
  }
  const shown = `${url.origin}${url.pathname}`.replace(/\/+$/, '');
  if (url.username === '' && url.password === '') return { shown };
  const credentials = `${decodeURIComponent(url.username)}:${decodeURIComponent(url.password)}`;
  return { shown, authorization: `Basic ${Buffer.from(credentials).toString('base64')}` };
}

/** The public API of one node. Nodes serve it without a certificate that anybody could verify. */
export function nodeBase({ ip, apiPort, family }: NodeAddress): BaseUrl {
  return parseBaseUrl(`http://${family === 6 ? `[${ip}]` : ip}:${apiPort}`);
}
