import type { Dispatcher } from 'undici';
import { type Fetch, fetchTransport } from './fetch-transport.ts';
import type { Transport } from './transport.ts';

/** What carries a client's requests: the dispatcher it was given, or one of its own. */
export interface Carrier {
  readonly transport: () => Promise<Transport>;
  /** A dispatcher that was given stays open. */
  readonly close: () => Promise<void>;
}

/** undici takes several MB, so it is loaded with the first request, and only where no dispatcher is given. */
export function carrierFrom(
  { dispatcher, fetch }: { readonly dispatcher?: Transport; readonly fetch?: Fetch },
  requestTimeoutMs: number,
): Carrier {
  const given = dispatcher ?? (fetch === undefined ? undefined : fetchTransport(fetch));
  if (given !== undefined) return { transport: async () => given, close: async () => undefined };
  let own: Promise<Dispatcher> | null = null;
  const transport = () => {
    own ??= openAgent(requestTimeoutMs);
    return own;
  };
  return { transport, close: async () => (await own)?.destroy() };
}

async function openAgent(requestTimeoutMs: number): Promise<Dispatcher> {
  const { Agent } = await import('undici');
  // A signal bounds each attempt as a whole; the pool's own limits would only come in between.
  return new Agent({ connect: { timeout: requestTimeoutMs }, headersTimeout: 0, bodyTimeout: 0 });
}
