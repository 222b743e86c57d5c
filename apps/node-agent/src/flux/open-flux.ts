import { isIPv6 } from 'node:net';
import {
  DEFAULT_API_PORT,
  FluxClient,
  FluxDiscovery,
  type NodeAddress,
  PUBLIC_BASE_URLS,
  type Transport,
} from '@flux-pg/discovery';
import type { Config } from '../config.ts';
import type { CachedListing } from './cached-listing.ts';

/** How many listed nodes are asked at their own API beside the public one: two that answer outvote a dead one. */
const LISTED_NODES_ASKED = 3;

function nodeAddress({ address, apiPort }: CachedListing['instances'][number]): NodeAddress {
  return { ip: address, apiPort: apiPort ?? DEFAULT_API_PORT, family: isIPv6(address) ? 6 : 4 };
}

/**
 * What the agent asks Flux with. A private Flux stands for everything: it alone is asked, and addresses are private as
 * well. Otherwise listed nodes are asked besides, from the first time on with those of the cached listing, so that an
 * outage of the public API hides nobody.
 */
export function openFlux(
  { fluxApiUrl }: Pick<Config, 'fluxApiUrl'>,
  cached: CachedListing | null,
  transport: Transport,
): { readonly client: FluxClient; readonly discovery: FluxDiscovery } {
  const client = new FluxClient({
    dispatcher: transport,
    baseUrls: fluxApiUrl === null ? PUBLIC_BASE_URLS : [fluxApiUrl],
    allowPrivateAddresses: fluxApiUrl !== null,
  });
  const discovery = new FluxDiscovery({
    client,
    nodes: fluxApiUrl === null ? LISTED_NODES_ASKED : 0,
    knownNodes: cached?.instances.map(nodeAddress) ?? [],
  });
  return { client, discovery };
}
