import { formatNodeAddress, type NodeAddress } from '../address/node-address.ts';
import type { FluxClient } from '../client/flux-client.ts';
import type { ListingSource } from './listing-source.ts';

/** The client's base URLs as one source: they are alternatives, and each spreads its calls over many databases. */
export function apiSource(client: FluxClient): ListingSource {
  const [first = '', ...rest] = client.baseUrls;
  const verified = client.baseUrls.every((url) => url.startsWith('https://'));
  return {
    name: rest.length === 0 ? first : `${first} (or ${rest.length} more)`,
    kind: 'api',
    trust: verified ? 'authenticated' : 'hint',
    list: (app, { signal }) => client.locations(app, { signal }),
  };
}

function nodeListing(client: FluxClient, kind: string, address: NodeAddress): ListingSource {
  const node = client.nodeClient(address);
  return {
    name: `${kind} ${formatNodeAddress(address)}`,
    kind,
    // Plain HTTP: nodes have no certificate that could be verified.
    trust: 'hint',
    list: (app, { signal }) => node.locations(app, { signal }),
  };
}

/** The API of a node that is listed for the app, so one that has a reason to know. */
export function nodeSource(client: FluxClient, address: NodeAddress): ListingSource {
  return nodeListing(client, 'node', address);
}

/** The API of a node that has nothing to do with the app, see `chooseWitnesses`. */
export function witnessSource(client: FluxClient, address: NodeAddress): ListingSource {
  return nodeListing(client, 'witness', address);
}
