import type { FoundingAction, FoundingDecision, FoundingReason, JoinedFounding } from './founding-state.ts';
import type { FoundingPeer, FoundingView, ListedInstance } from './founding-view.ts';

/** A rule of founding: what it decides, or null where it does not apply. */
export type FoundingRule = (view: FoundingView) => FoundingDecision | null;

/** A peer with the address it answered at. */
export interface LocatedPeer {
  readonly address: string;
  readonly peer: FoundingPeer;
}

/** Builds a decision. */
export function decision(action: FoundingAction, reason: FoundingReason, detail = ''): FoundingDecision {
  return { action, reason, detail };
}

/** Builds the decision to do nothing now. */
export function wait(reason: FoundingReason, detail = ''): FoundingDecision {
  return decision({ kind: 'wait' }, reason, detail);
}

/** The smallest number that is more than half of `expectedNodes`. */
export function majority(expectedNodes: number): number {
  return Math.floor(expectedNodes / 2) + 1;
}

/**
 * N as far as it can be trusted. A size of one makes every node a majority of its own, so that a stale specification
 * would let three nodes found three clusters: unless the operator set it, it counts as unknown and the wait protects.
 */
export function trustedSize(expectedNodes: number | null, configured: boolean): number | null {
  return expectedNodes === 1 && !configured ? null : expectedNodes;
}

/** N, or while that cannot be read what this node proposed when it could. */
export function sizeOf({ expectedNodes, clusterSizeConfigured, self }: FoundingView): number | null {
  const proposed = self.founding.kind === 'proposed' ? self.founding.expectedNodes : null;
  return trustedSize(expectedNodes, clusterSizeConfigured) ?? proposed;
}

/** Instances in the newest listing, this one included. */
export function listedCount(view: FoundingView): number {
  return (view.listing?.others ?? []).filter(({ listed }) => listed).length + 1;
}

/** How a cluster may be founded now: by a majority of N, by all that were ever listed, or not at all. */
export function foundingMode(view: FoundingView): 'full' | 'short' | null {
  const size = sizeOf(view);
  if (size !== null && listedCount(view) >= majority(size)) return 'full';
  return view.shortHandedForMs >= view.formationTimeoutMs ? 'short' : null;
}

function authenticated(instances: readonly ListedInstance[], nodeId: string): readonly LocatedPeer[] {
  return instances.flatMap(({ address, answer }) =>
    answer.kind === 'authenticated' && answer.peer.nodeId !== nodeId ? [{ address, peer: answer.peer }] : [],
  );
}

/** Nodes in the newest listing that answer, each once, at its lowest address: two addresses are no two nodes. */
export function listedPeers({ listing, self, compareAddresses }: FoundingView): readonly LocatedPeer[] {
  const listed = (listing?.others ?? []).filter(({ listed }) => listed);
  const sorted = [...listed].sort((left, right) => compareAddresses(left.address, right.address));
  const seen = new Set<string>();
  return authenticated(sorted, self.nodeId).filter(({ peer }) => {
    const isNew = !seen.has(peer.nodeId);
    seen.add(peer.nodeId);
    return isNew;
  });
}

/** Everyone that answers, listed or not; a node that tells two things at two addresses is heard twice. */
export function allPeers({ listing, unlistedPeers, self }: FoundingView): readonly FoundingPeer[] {
  const field = authenticated(listing?.others ?? [], self.nodeId).map(({ peer }) => peer);
  return [...field, ...unlistedPeers.filter(({ nodeId }) => nodeId !== self.nodeId)];
}

/** Whether a node answers this one now. */
export function isAnswering(view: FoundingView, nodeId: string): boolean {
  return allPeers(view).some((peer) => peer.nodeId === nodeId);
}

/** Gone, or declared dead by the operator. An address in the newest listing where something answers is neither. */
export function isExcluded(view: FoundingView, { address, listed, answer }: ListedInstance): boolean {
  if (answer.kind === 'authenticated' || (answer.kind === 'present' && listed)) return false;
  return view.permitted.has(address) || view.goneAddresses.has(address);
}

/** Whether the proposer of a join will not come back: gone, or declared dead by the operator, and not answering. */
export function isProposerGone(
  view: FoundingView,
  { proposerNodeId, proposerAddress }: Pick<JoinedFounding, 'proposerNodeId' | 'proposerAddress'>,
): boolean {
  if (isAnswering(view, proposerNodeId)) return false;
  if (view.gone.has(proposerNodeId)) return true;
  return proposerAddress !== null && view.permitted.has(proposerAddress);
}

/** Whether a peer holds data, or what may be data, that belongs to no cluster yet. */
export function holdsLooseData({ virgin, cluster }: FoundingPeer): boolean {
  return !virgin && cluster === null;
}
