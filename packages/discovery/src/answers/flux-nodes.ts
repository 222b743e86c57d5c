import {
  formatNodeAddress,
  type NodeAddress,
  type NodeAddressOptions,
  parseNodeAddress,
} from '../address/node-address.ts';
import { printable } from './printable.ts';
import { type Reading, unreadable } from './reading.ts';
import { fluxNodeSchema } from './wire-schemas.ts';

/** A node of the deterministic node list, which the blockchain keeps and every node shows alike. */
export interface FluxNode {
  /** Its collateral, as `/hostinfo` writes it: stable when its address changes. */
  readonly id: string;
  /** Where its own API listens. */
  readonly address: NodeAddress;
  /** `CUMULUS`, `NIMBUS` or `STRATUS`. */
  readonly tier: string;
}

/** The nodes of the network that can be called. */
export interface FluxNodes {
  /** In the order of their ids, so that equal lists are equal. */
  readonly nodes: readonly FluxNode[];
  /** Rows without a usable address; some always have none. */
  readonly rejectedCount: number;
}

/** A collateral that is listed twice counts once, whatever the order of the rows. */
function preferred(known: FluxNode | undefined, node: FluxNode): FluxNode {
  return known !== undefined && formatNodeAddress(known.address) < formatNodeAddress(node.address)
    ? known
    : node;
}

/** Reads the data of `/daemon/viewdeterministicfluxnodelist`. When no row of a filled list is usable, it is refused. */
export function readFluxNodes(
  data: unknown,
  options: NodeAddressOptions & { readonly maxNodes: number },
): Reading<FluxNodes> {
  if (!Array.isArray(data)) return unreadable('the node list is no array');
  if (data.length > options.maxNodes) {
    return { ok: false, code: 'too-large', reason: `${data.length} nodes, more than ${options.maxNodes}` };
  }
  const byId = new Map<string, FluxNode>();
  for (const row of data) {
    const parsed = fluxNodeSchema.safeParse(row);
    if (!parsed.success) continue;
    const { txhash, outidx, ip, tier } = parsed.data;
    const address = parseNodeAddress(ip, options);
    const id = `${txhash}${outidx}`;
    if (!address.ok) continue;
    const node = { id, address: address.address, tier: printable(tier, 20) };
    byId.set(id, preferred(byId.get(id), node));
  }
  if (byId.size === 0 && data.length > 0) return unreadable(`none of ${data.length} nodes is usable`);
  const nodes = [...byId.values()].sort((left, right) => (left.id < right.id ? -1 : 1));
  return { ok: true, value: { nodes, rejectedCount: data.length - nodes.length } };
}
