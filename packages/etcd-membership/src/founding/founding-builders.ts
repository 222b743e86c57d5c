import type { FoundingState, JoinedFounding, ProposedFounding, ResumingFounding } from './founding-state.ts';
import type { FoundingPeer, FoundingView, ListedInstance } from './founding-view.ts';

/** A full-handed proposal `c1` for three nodes. */
export function aProposal(difference: Partial<ProposedFounding> = {}): ProposedFounding {
  return {
    kind: 'proposed',
    clusterId: 'c1',
    expectedNodes: 3,
    shortHanded: false,
    systemId: null,
    ...difference,
  };
}

/** A join of the proposal `c1` of `n9`, which was at 10.0.0.9. */
export function aJoin(difference: Partial<JoinedFounding> = {}): JoinedFounding {
  return {
    kind: 'joined',
    clusterId: 'c1',
    expectedNodes: 3,
    shortHanded: false,
    systemId: null,
    proposerNodeId: 'n9',
    proposerAddress: '10.0.0.9',
    ...difference,
  };
}

/** The intent that `n2` finishes the founding `c1` of `n9` in epoch 2, of a node that had joined it. */
export function anIntent(difference: Partial<ResumingFounding> = {}): ResumingFounding {
  return {
    kind: 'resuming',
    clusterId: 'c1',
    epoch: 2,
    seederNodeId: 'n2',
    expectedNodes: 3,
    systemId: null,
    proposerNodeId: 'n9',
    proposerAddress: '10.0.0.9',
    join: aJoin(),
    ...difference,
  };
}

/** An authenticated virgin; a test states only what is different about it. */
export function aPeer(nodeId: string, difference: Partial<FoundingPeer> = {}): FoundingPeer {
  return {
    nodeId,
    virgin: true,
    cluster: null,
    founding: { kind: 'none' },
    withdrawn: [],
    systemId: null,
    promisedEpoch: difference.founding?.kind === 'resuming' ? difference.founding.epoch : 1,
    ...difference,
  };
}

/** A listed instance that answers as `peer`, or in the given other way. */
export function aListed(
  address: string,
  answer: FoundingPeer | 'silent' | 'present',
  difference: Partial<ListedInstance> = {},
): ListedInstance {
  const heard: ListedInstance['answer'] =
    answer === 'silent' || answer === 'present'
      ? { kind: answer, detail: answer }
      : { kind: 'authenticated', peer: answer };
  return { address, listed: true, runningSinceMs: null, silentForMs: 0, answer: heard, ...difference };
}

/** A virgin `n2` at 10.0.0.2 that expects three nodes and sees itself alone in the listing. */
export function aView(
  difference: {
    self?: Partial<FoundingView['self']>;
    others?: readonly ListedInstance[];
    founding?: FoundingState;
  } & Partial<Omit<FoundingView, 'self' | 'listing'>> & { listing?: FoundingView['listing'] } = {},
): FoundingView {
  const { self, others, founding, listing, ...rest } = difference;
  return {
    self: {
      nodeId: 'n2',
      address: '10.0.0.2',
      virgin: true,
      founding: founding ?? { kind: 'none' },
      firstStartedAtMs: 1_000_000_000,
      systemId: null,
      promisedEpoch: founding?.kind === 'resuming' ? founding.epoch : 1,
      ...self,
    },
    expectedNodes: 3,
    clusterSizeConfigured: true,
    listing: listing === undefined ? { containsSelf: true, others: others ?? [] } : listing,
    unlistedPeers: [],
    shortHandedForMs: 0,
    permitted: new Set(),
    gone: new Set(),
    goneAddresses: new Set(),
    adoption: { leadNodeId: null, blocked: null },
    formationTimeoutMs: 300_000,
    compareAddresses: (left, right) => (left < right ? -1 : left > right ? 1 : 0),
    ...rest,
  };
}
