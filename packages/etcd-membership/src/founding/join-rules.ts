import { isAdoption } from './adoption-rules.ts';
import { allPeers, decision, type FoundingRule, foundingMode, isProposerGone, wait } from './field.ts';

/** A join binds until its proposer takes it back, or is gone and nobody is left to finish its founding with. */
export const releaseJoin: FoundingRule = (view) => {
  const { founding } = view.self;
  if (founding.kind !== 'joined') return null;
  const { clusterId, proposerNodeId, proposerAddress, systemId } = founding;
  const release = { kind: 'release-join' as const, clusterId };
  const withdrawn = allPeers(view).some(
    (peer) => peer.nodeId === proposerNodeId && peer.withdrawn.includes(clusterId),
  );
  if (withdrawn) return decision(release, 'join-released', clusterId);
  if (!isProposerGone(view, founding)) return null;
  if (isAdoption(view)) {
    // What the proposer may have sealed before it went was empty; what a peer holds is not.
    return systemId === null ? decision(release, 'data-outranks', clusterId) : null;
  }
  if (systemId !== null && (proposerAddress === null || !view.permitted.has(proposerAddress))) {
    // Only data was to be adopted, and it is gone with its holder: an empty database in its place needs a person.
    return wait('data-lost', `the copy of system ${systemId} went with ${proposerNodeId}`);
  }
  return foundingMode(view) === 'short' || systemId !== null
    ? decision(release, 'proposer-lost', clusterId)
    : null;
};

/** Bound to a proposer that is not known to be gone: it alone decides, whatever this node sees. */
export const awaitSeal: FoundingRule = (view) => {
  const { founding } = view.self;
  if (founding.kind !== 'joined' || isProposerGone(view, founding)) return null;
  const { clusterId, proposerNodeId } = founding;
  return wait('waiting-for-seal', `joined the proposal ${clusterId} of ${proposerNodeId}`);
};
