import { majority } from '../founding/index.ts';
import { compareIds } from '../member-names/compare-ids.ts';
import type {
  ListedAddress,
  RecoveryBlocker,
  RecoveryNode,
  RecoveryPeer,
  RecoveryView,
} from './recovery-view.ts';

/** A status older than this is no answer. */
export const STATUS_MAX_AGE_MS = 5000;

/** One thing that keeps a recovery back. */
export interface Blocker {
  readonly reason: RecoveryBlocker;
  /** The member that it is about; null for an address. */
  readonly nodeId: string | null;
  readonly detail: string;
}

/** The view as the rules read it. */
export interface Field {
  readonly view: RecoveryView;
  /** Fresh statuses of other nodes, by node id. */
  readonly peers: ReadonlyMap<string, RecoveryPeer>;
  /** Gone and not answering: whoever answers is not gone, whatever the evidence said before. */
  readonly gone: ReadonlySet<string>;
  /**
   * Every member and former voter that is not gone, and everyone else who answers for this cluster: the mirror may be older
   * than an admission. All of them take part. Sorted.
   */
  readonly participants: readonly string[];
  /** Whether every member of the newest mirror, and every former voter, answers. */
  readonly complete: boolean;
}

/** Reads the view once for all rules. */
export function takeField(view: RecoveryView): Field {
  const { self, members } = view;
  const peers = new Map<string, RecoveryPeer>();
  for (const peer of view.peers) {
    if (peer.ageMs > STATUS_MAX_AGE_MS || peer.nodeId === self.nodeId) continue;
    const known = peers.get(peer.nodeId);
    if (known === undefined || known.ageMs > peer.ageMs) peers.set(peer.nodeId, peer);
  }
  const gone = new Set([...view.gone].filter((nodeId) => !peers.has(nodeId) && nodeId !== self.nodeId));
  const ids = [...members.map(({ nodeId }) => nodeId), ...view.formerVoters];
  const participants = new Set([...ids.filter((id) => !gone.has(id)), ...peers.keys(), self.nodeId]);
  return {
    view,
    peers,
    gone,
    participants: [...participants].sort(compareIds),
    complete: ids.every((id) => id === self.nodeId || peers.has(id)),
  };
}

/** A node's own word, or null where it does not answer. */
export function nodeOf({ view, peers }: Field, nodeId: string): RecoveryNode | null {
  return nodeId === view.self.nodeId ? view.self : (peers.get(nodeId) ?? null);
}

/** Takes no part until it has heard from everybody. */
function isStale(node: RecoveryNode): boolean {
  return node.stale || node.fenced;
}

/** Voters whose etcd may come back: all but those that are gone or answer without their data. */
export function returnableVoters(field: Field): readonly string[] {
  return [...new Set(field.view.voters)].filter(
    (voter) => !field.gone.has(voter) && nodeOf(field, voter)?.etcdData !== false,
  );
}

/**
 * Whether the mirror may show too few voters: one is in etcd's list before anybody has mirrored it. If then somebody is gone,
 * all voters of the mirror can run their etcd, and it will still have no quorum for ever.
 */
function isStuck(field: Field): boolean {
  if (field.gone.size === 0) return false;
  return returnableVoters(field).every((voter) => {
    const node = nodeOf(field, voter);
    return node !== null && (node.etcdRuns === true || node.intent !== null);
  });
}

/** Why the old etcd cannot return, or null if it may. */
export function lossOf(field: Field): 'majority-lost' | 'stuck' | null {
  const needed = majority(new Set(field.view.voters).size);
  if (returnableVoters(field).length < needed) return 'majority-lost';
  return isStuck(field) ? 'stuck' : null;
}

function addressBlocker(field: Field, { address, nodeId, answer }: ListedAddress): Blocker[] {
  switch (answer.kind) {
    case 'virgin':
    case 'other-cluster':
      return [];
    case 'authenticated':
      return nodeOf(field, answer.nodeId) === null
        ? [{ reason: 'address-silent', nodeId: null, detail: `${address}: no recent status` }]
        : [];
    case 'present':
      // It may be a member that lost the secret, so not even a declaration passes over it.
      return [{ reason: 'address-unverifiable', nodeId: null, detail: `${address}: ${answer.detail}` }];
    case 'silent':
      return nodeId !== null && field.gone.has(nodeId) && field.view.declaredGone.has(nodeId)
        ? []
        : [{ reason: 'address-silent', nodeId: null, detail: `${address}: ${answer.detail}` }];
  }
}

/** Everything that keeps the recovery back, in a fixed order. */
export function blockersOf(field: Field): readonly Blocker[] {
  const { view, participants } = field;
  const addressOf = new Map(view.members.map(({ nodeId, address }) => [nodeId, address]));
  const each = (reason: RecoveryBlocker, applies: (nodeId: string) => boolean): Blocker[] =>
    participants.filter(applies).map((id) => ({
      reason,
      nodeId: id,
      detail: addressOf.has(id) ? `${id} at ${addressOf.get(id)}` : id,
    }));
  const node = (id: string) => nodeOf(field, id);
  return [
    ...(view.listed === null
      ? [{ reason: 'listing-unknown' as const, nodeId: null, detail: '' }]
      : view.listed.flatMap((listed) => addressBlocker(field, listed))),
    ...each('member-silent', (id) => node(id) === null),
    // When every member answers, each of them hears so too and ends its staleness before anything else.
    ...each('member-stale', (id) => {
      const told = node(id);
      return told !== null && isStale(told);
    }),
    ...(field.complete
      ? []
      : each('member-not-listed', (id) => node(id) !== null && node(id)?.listedByQuorum !== true)),
  ];
}
