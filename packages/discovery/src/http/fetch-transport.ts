import type { IncomingHttpHeaders } from 'node:http';
import { Readable } from 'node:stream';
import type { Transport } from './transport.ts';

/** What of the global `fetch` is used; anything with this signature may carry the requests. */
export type Fetch = (
  url: string,
  options: {
    readonly method: 'GET';
    readonly headers: Readonly<Record<string, string>>;
    readonly signal: AbortSignal;
    readonly redirect: 'manual';
  },
) => Promise<{
  readonly status: number;
  readonly headers: Iterable<readonly [string, string]>;
  readonly body: AsyncIterable<Uint8Array> | null;
}>;

/** Lets a `fetch` carry the requests. Redirects are not followed. */
export function fetchTransport(fetch: Fetch): Transport {
  return {
    request: async ({ origin, path, method, headers, signal }) => {
      const response = await fetch(`${origin}${path}`, { method, headers, signal, redirect: 'manual' });
      const received: IncomingHttpHeaders = Object.fromEntries(response.headers);
      return { statusCode: response.status, headers: received, body: Readable.from(response.body ?? []) };
    },
  };
}
