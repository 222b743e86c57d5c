import { isIP } from 'node:net';
import { canonicalIp } from '@flux-pg/discovery';
import { compareIds } from '@flux-pg/etcd-membership';
import { knownMembers, newestMirror } from '../loop/known-members.ts';
import type { View } from '../loop/view.ts';

/** A node as a person may name it. */
export interface NamedNode {
  readonly nodeId: string;
  readonly address: string | null;
}

/** The nodes that were named, or why a name names none or several. */
export type Naming =
  | { readonly ok: true; readonly nodes: readonly NamedNode[] }
  | { readonly ok: false; readonly problems: readonly string[] };

/** Shorter beginnings of an id are too easily those of another node. */
const MIN_PREFIX = 4;

/** Everyone whom a recovery could wait for, this node included. Sorted by node id. */
export function namedNodes(view: View): readonly NamedNode[] {
  const former = view.etcd.ok ? view.etcd.value.formerVoters : (newestMirror(view)?.formerVoters ?? []);
  const known = new Map<string, string | null>(former.map((nodeId) => [nodeId, null]));
  for (const { nodeId, address } of knownMembers(view)) known.set(nodeId, address);
  known.set(view.state.nodeId, view.ownAddress?.address ?? null);
  return [...known]
    .map(([nodeId, address]) => ({ nodeId, address }))
    .sort((left, right) => compareIds(left.nodeId, right.nodeId));
}

function matches(name: string, nodes: readonly NamedNode[]): readonly NamedNode[] {
  const text = name.trim().toLowerCase();
  if (isIP(text) !== 0) {
    const address = canonicalIp(text) ?? text;
    return nodes.filter((node) => node.address === address);
  }
  if (text.length < MIN_PREFIX) return [];
  return nodes.filter(({ nodeId }) => nodeId.startsWith(text));
}

/** A node for people. */
export function nameOf({ nodeId, address }: NamedNode): string {
  return address === null ? nodeId : `${nodeId} at ${address}`;
}

/** Finds the nodes by what a person called them. A name has to name exactly one. */
export function nameNodes(names: readonly string[], nodes: readonly NamedNode[]): Naming {
  const found = new Map<string, NamedNode>();
  const problems: string[] = [];
  for (const name of names) {
    const [node, ...others] = matches(name, nodes);
    if (node === undefined) problems.push(`"${name}" names no member that this node knows.`);
    else if (others.length > 0) {
      problems.push(`"${name}" names several members: ${[node, ...others].map(nameOf).join(', ')}.`);
    } else found.set(node.nodeId, node);
  }
  return problems.length > 0 ? { ok: false, problems } : { ok: true, nodes: [...found.values()] };
}
