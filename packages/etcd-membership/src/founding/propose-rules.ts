import { adoptedSystem, isAdoption } from './adoption-rules.ts';
import {
  allPeers,
  decision,
  type FoundingRule,
  foundingMode,
  isExcluded,
  type LocatedPeer,
  listedPeers,
  majority,
  sizeOf,
  wait,
} from './field.ts';
import type { JoinedFounding, ProposedFounding } from './founding-state.ts';
import type { FoundingView } from './founding-view.ts';

/** The listed peer that should propose in this node's place: the lead of an adoption, else a lower address. */
function betterCandidate(view: FoundingView): LocatedPeer | 'unlisted' | null {
  if (isAdoption(view)) {
    const { leadNodeId } = view.adoption;
    if (leadNodeId === view.self.nodeId) return null;
    return listedPeers(view).find(({ peer }) => peer.nodeId === leadNodeId) ?? 'unlisted';
  }
  const [lowest] = listedPeers(view);
  const { address } = view.self;
  if (lowest === undefined || address === null) return null;
  return view.compareAddresses(lowest.address, address) < 0 ? lowest : null;
}

/** A proposer gives way to a better candidate, and starts over when what it proposed on is no longer so. */
export const giveWay: FoundingRule = (view) => {
  const { founding } = view.self;
  if (founding.kind !== 'proposed') return null;
  const withdraw = { kind: 'withdraw' as const, clusterId: founding.clusterId };
  const better = betterCandidate(view);
  if (founding.systemId !== adoptedSystem(view) || (better !== null && isAdoption(view))) {
    return decision(withdraw, 'lead-changed', view.adoption.leadNodeId ?? '');
  }
  if (better !== null)
    return decision(withdraw, 'lower-candidate', better === 'unlisted' ? '' : better.address);
  const mode = foundingMode(view);
  if (founding.shortHanded && mode === 'full') return decision(withdraw, 'no-longer-short-handed');
  if (!founding.shortHanded && mode === 'short') return decision(withdraw, 'short-handed');
  const size = sizeOf(view);
  if (founding.expectedNodes === size) return null;
  return decision(withdraw, 'size-changed', `${founding.expectedNodes} proposed, ${size} expected`);
};

function hasJoined(view: FoundingView, { clusterId }: ProposedFounding, { peer }: LocatedPeer): boolean {
  const { founding } = peer;
  if (founding.kind !== 'joined' || founding.clusterId !== clusterId) return false;
  return founding.proposerNodeId === view.self.nodeId;
}

/** Everyone that was ever listed and is not given up has joined: what a short-handed founding needs. */
function allHaveJoined(view: FoundingView, founding: ProposedFounding): boolean {
  return (view.listing?.others ?? []).every((instance) => {
    const { address, answer } = instance;
    if (isExcluded(view, instance)) return true;
    if (answer.kind !== 'authenticated') return false;
    return (
      answer.peer.nodeId === view.self.nodeId || hasJoined(view, founding, { address, peer: answer.peer })
    );
  });
}

/** The candidate proposes; a majority of joins seals, and two majorities of joins cannot exist. */
export const lead: FoundingRule = (view) => {
  if (betterCandidate(view) !== null) return null;
  const { founding } = view.self;
  const adoption = isAdoption(view);
  const shortHanded = foundingMode(view) === 'short';
  if (founding.kind !== 'proposed') {
    const expectedNodes = sizeOf(view);
    const systemId = adoption ? adoptedSystem(view) : null;
    return decision(
      { kind: 'propose', expectedNodes, shortHanded, systemId },
      adoption ? 'furthest-copy' : 'lowest-address',
    );
  }
  const { clusterId, expectedNodes, systemId: adopts } = founding;
  // A node whose proposer is silent may have helped to seal another cluster: its founding is finished first.
  const bound = allPeers(view).find(
    (peer) =>
      (peer.founding.kind === 'joined' || peer.founding.kind === 'resuming') &&
      peer.founding.clusterId !== clusterId,
  );
  if (bound !== undefined) return wait('peer-bound-elsewhere', bound.nodeId);
  const seal = { kind: 'seal' as const, clusterId, epoch: 1, shortHanded: founding.shortHanded, adopts };
  const joined = listedPeers(view).filter((peer) => hasJoined(view, founding, peer)).length + 1;
  const detail = `${joined} of ${expectedNodes ?? 'all that are listed'} have joined`;
  if (founding.shortHanded) {
    return allHaveJoined(view, founding)
      ? decision(seal, 'all-joined', detail)
      : wait('waiting-for-joins', detail);
  }
  return expectedNodes !== null && joined >= majority(expectedNodes)
    ? decision(seal, 'majority-joined', detail)
    : wait('waiting-for-joins', detail);
};

function isTooSmall(proposed: ProposedFounding, size: number | null): boolean {
  return size !== null && (proposed.expectedNodes === null || proposed.expectedNodes < size);
}

/** Everyone else joins the proposal of the candidate that it sees itself, if that counts at least as many nodes. */
export const follow: FoundingRule = (view) => {
  const candidate = betterCandidate(view);
  const adoption = isAdoption(view);
  const idle = adoption && view.self.virgin ? 'peer-holds-data' : 'waiting-for-proposal';
  if (candidate === null || candidate === 'unlisted') return wait(idle);
  const { founding, nodeId: proposerNodeId } = candidate.peer;
  if (founding.kind !== 'proposed' || founding.systemId !== (adoption ? adoptedSystem(view) : null)) {
    return wait(idle, candidate.address);
  }
  const size = sizeOf(view);
  if (isTooSmall(founding, size)) {
    return wait('proposal-too-small', `${founding.expectedNodes} proposed, ${size} expected`);
  }
  if (founding.shortHanded && foundingMode(view) !== 'short') {
    return wait('not-short-handed', `the proposal of ${candidate.address}`);
  }
  const { kind: _, ...terms } = founding;
  const joined: JoinedFounding = {
    kind: 'joined',
    ...terms,
    proposerNodeId,
    proposerAddress: candidate.address,
  };
  return decision({ kind: 'join', joined }, 'proposal-seen', candidate.address);
};
