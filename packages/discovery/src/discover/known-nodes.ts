import { formatNodeAddress, type NodeAddress } from '../address/node-address.ts';
import type { Discovery } from './discovery.ts';

/** The nodes whose own API can be asked about an app, with what is known of them. */
export interface KnownNodes {
  /** In the order in which they are to be asked: the last that answered first. */
  readonly order: readonly NodeAddress[];
}

/** Somewhat more than the 100 instances that an app can have. */
const MAX_NODES = 110;

/** Nodes to begin with, such as those of a listing kept from earlier. */
export function knownNodes(order: readonly NodeAddress[]): KnownNodes {
  return { order: order.slice(0, MAX_NODES) };
}

/** The lower, the sooner a node is asked. */
function rank(isListed: boolean, answered: boolean | undefined): number {
  if (answered === false) return isListed ? 4 : 5;
  return (isListed ? 0 : 2) + (answered === true ? 0 : 1);
}

/**
 * What is known after a result: the nodes that answered come first, those that were not asked next, those that failed
 * last. Nodes that nobody lists any longer go behind the others, but they are kept while there is room: an incomplete
 * answer must not leave nobody to ask, and whoever runs the app no more can still tell who does.
 */
export function learnNodes(
  known: KnownNodes,
  discovery: Discovery,
  outcomes: ReadonlyMap<string, boolean>,
): KnownNodes {
  const listed = discovery.known ? discovery.instances.map(({ address }) => address) : known.order;
  const byIp = new Map(listed.map((address) => [address.ip, address]));
  const remembered = known.order.map((node) => byIp.get(node.ip) ?? node);
  const ips = new Set(remembered.map(({ ip }) => ip));
  const ranked = [...remembered, ...listed.filter(({ ip }) => !ips.has(ip))].map((address) => ({
    address,
    rank: rank(byIp.has(address.ip), outcomes.get(formatNodeAddress(address))),
  }));
  ranked.sort((left, right) => left.rank - right.rank);
  return knownNodes(ranked.map(({ address }) => address));
}
