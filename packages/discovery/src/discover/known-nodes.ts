import { formatNodeAddress, type NodeAddress } from '../address/node-address.ts';
import type { Discovery } from './discovery.ts';

/** The nodes whose own API can be asked about an app, with what is known of them. */
export interface KnownNodes {
  /** In the order in which they are to be asked: the last that answered first. */
  readonly order: readonly NodeAddress[];
}

/** More than the instances that an app can have are not remembered. */
const MAX_NODES = 110;

/** Nodes to begin with, such as those of a listing kept from earlier. */
export function knownNodes(order: readonly NodeAddress[]): KnownNodes {
  return { order: order.slice(0, MAX_NODES) };
}

/**
 * What is known after a result: the nodes that answered come first, those that were not asked next, those that failed
 * last. Nodes that nobody lists any longer are forgotten, but never because of an answer that knows nothing.
 */
export function learnNodes(
  known: KnownNodes,
  discovery: Discovery,
  outcomes: ReadonlyMap<string, boolean>,
): KnownNodes {
  const listed = discovery.known ? discovery.instances.map(({ address }) => address) : known.order;
  const byIp = new Map(listed.map((address) => [address.ip, address]));
  const remembered = known.order.flatMap(({ ip }) => byIp.get(ip) ?? []);
  const rest = listed.filter(({ ip }) => !known.order.some((node) => node.ip === ip));
  const all = [...remembered, ...rest];
  const outcome = (address: NodeAddress) => outcomes.get(formatNodeAddress(address));
  return knownNodes([
    ...all.filter((address) => outcome(address) === true),
    ...all.filter((address) => outcome(address) === undefined),
    ...all.filter((address) => outcome(address) === false),
  ]);
}
