import Fastify, { type FastifyInstance } from 'fastify';
import { registerControlRoutes } from './control-routes.ts';
import type { Fixture } from './fixture.ts';
import { registerFluxRoutes } from './flux-routes.ts';
import { createHostAddresses, type Lookup, lookupIpv4 } from './host-addresses.ts';
import { createStore } from './store.ts';

/** What a mock starts with. */
export interface MockFluxOptions {
  /** Default: no app at all. */
  readonly fixture?: Fixture;
  /** Resolves the hosts of instances. Default: the operating system. */
  readonly lookup?: Lookup;
  /** The clock of the dates in answers. Default `Date.now`. */
  readonly now?: () => number;
}

/** A mock of the Flux API. */
export interface MockFlux extends AsyncDisposable {
  /** For requests without a network: `app.inject`. */
  readonly app: FastifyInstance;
  /** Starts listening, by default on a free port of loopback, and gives the base URL. */
  listen(where?: { readonly host?: string; readonly port?: number }): Promise<string>;
  /** Cuts every connection, also those that a fault keeps waiting. */
  close(): Promise<void>;
}

/** Makes a mock that does not listen yet. */
export async function createMockFlux(options: MockFluxOptions = {}): Promise<MockFlux> {
  const { fixture = { nodes: [], apps: [] }, lookup = lookupIpv4, now = Date.now } = options;
  const store = createStore(fixture, createHostAddresses(lookup), now);
  const app = Fastify({ forceCloseConnections: true, routerOptions: { ignoreTrailingSlash: true } });
  registerFluxRoutes(app, store);
  await app.register(async (server) => registerControlRoutes(server, store), { prefix: '/control' });
  await app.ready();
  const close = async () => await app.close();
  return {
    app,
    listen: async ({ host = '127.0.0.1', port = 0 } = {}) => await app.listen({ host, port }),
    close,
    [Symbol.asyncDispose]: close,
  };
}
