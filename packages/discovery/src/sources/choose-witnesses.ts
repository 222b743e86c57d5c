import { createHash } from 'node:crypto';
import type { NodeAddress } from '../address/node-address.ts';
import type { FluxNode } from '../answers/flux-nodes.ts';

/** How witnesses are chosen. */
export interface WitnessChoice {
  /** Everybody who shall choose alike gives the same text, such as the app's name or a cluster's id. */
  readonly seed: string;
  /** Default 9: a majority of 5 survives the loss of 4 (the count that flux-pg's fencing rests on). */
  readonly count?: number;
  /** Nodes that must not be witnesses, such as those that host the app. */
  readonly exclude?: readonly NodeAddress[];
  /** Witnesses chosen before that stay as long as they are in the node list and not excluded. */
  readonly keep?: readonly FluxNode[];
}

const DEFAULT_COUNT = 9;

/** The network that is likely to fail as one: /16 of IPv4 (Flux's own anti-affinity unit), /32 of IPv6. */
function provider({ ip, family }: NodeAddress): string {
  return ip
    .split(family === 4 ? '.' : ':')
    .slice(0, 2)
    .join('.');
}

function weight(seed: string, id: string): string {
  return createHash('sha256').update(`${seed}\n${id}`).digest('hex');
}

/**
 * Chooses nodes to ask about an app, the same ones for everybody with the same node list and seed. Each node has a weight
 * of its own (rendezvous hashing), so that a changed list changes few witnesses; no two are in one provider's network
 * while there are others. Fewer than `count` are given only where there are not as many nodes.
 */
export function chooseWitnesses(nodes: readonly FluxNode[], choice: WitnessChoice): readonly FluxNode[] {
  const { seed, count = DEFAULT_COUNT, exclude = [], keep = [] } = choice;
  const excluded = new Set(exclude.map(({ ip }) => ip));
  const eligible = new Map(
    nodes.filter(({ address }) => !excluded.has(address.ip)).map((node) => [node.id, node]),
  );
  // The list knows the newest address.
  const kept = keep.flatMap(({ id }) => eligible.get(id) ?? []).slice(0, count);
  const chosen = new Map(kept.map((node) => [node.id, node]));
  const ranked = [...eligible.values()]
    .map((node) => ({ node, rank: weight(seed, node.id) }))
    .sort((left, right) => (left.rank < right.rank ? -1 : 1));
  const used = new Set(kept.map(({ address }) => provider(address)));
  const ips = new Set(kept.map(({ address }) => address.ip));
  for (const spread of [true, false]) {
    for (const { node } of ranked) {
      if (chosen.size >= count) break;
      const { address } = node;
      if (ips.has(address.ip) || (spread && used.has(provider(address)))) continue;
      chosen.set(node.id, node);
      used.add(provider(address));
      ips.add(address.ip);
    }
  }
  return [...chosen.values()];
}
