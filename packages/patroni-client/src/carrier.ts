import type { Dispatcher } from 'undici';
import type { ClientSettings, PatroniClientOptions } from './client-options.ts';
import type { Transport } from './transport.ts';

/** What carries a client's requests: the dispatcher it was given, or one of its own. */
export interface Carrier {
  readonly transport: () => Promise<Transport>;
  /** A dispatcher that was given stays open. */
  readonly close: () => Promise<void>;
}

/** Patroni answers five requests at a time; one of them may be a switchover that takes its 20 seconds. */
const CONNECTIONS = 3;

/** undici takes several MB, so it is loaded with the first request, and only where no dispatcher is given. */
export function carrierFrom(settings: ClientSettings, options: PatroniClientOptions): Carrier {
  const { dispatcher: given } = options;
  if (given !== undefined) return { transport: async () => given, close: async () => undefined };
  let own: Promise<Dispatcher> | null = null;
  const transport = () => {
    own ??= openPool(settings, options);
    return own;
  };
  return { transport, close: async () => (await own)?.destroy() };
}

async function openPool(
  { origin, requestTimeoutMs }: ClientSettings,
  { tls }: PatroniClientOptions,
): Promise<Dispatcher> {
  const { Pool } = await import('undici');
  return new Pool(origin, {
    connections: CONNECTIONS,
    allowH2: false,
    // A signal bounds each request as a whole; the pool's own limits would only come in between.
    headersTimeout: 0,
    bodyTimeout: 0,
    connect: {
      timeout: requestTimeoutMs,
      ...(tls === undefined ? {} : { ca: tls.ca }),
      ...(tls?.cert === undefined ? {} : { cert: tls.cert }),
      ...(tls?.key === undefined ? {} : { key: tls.key }),
      ...(tls?.serverName === undefined ? {} : { servername: tls.serverName }),
    },
  });
}
