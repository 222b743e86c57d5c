import type { FoundingPeer, FoundingState, FoundingView, ListedInstance } from './founding-view.ts';

/** An authenticated virgin; a test states only what is different about it. */
export function aPeer(nodeId: string, difference: Partial<FoundingPeer> = {}): FoundingPeer {
  return { nodeId, virgin: true, cluster: null, founding: { kind: 'none' }, withdrawn: [], ...difference };
}

/** A listed instance that answers as `peer`, or in the given other way. */
export function aListed(
  address: string,
  answer: FoundingPeer | 'silent' | 'present',
  difference: Partial<ListedInstance> = {},
): ListedInstance {
  if (answer === 'silent' || answer === 'present') {
    return {
      address,
      runningSinceMs: null,
      silentForMs: 0,
      answer: { kind: answer, detail: answer },
      ...difference,
    };
  }
  return {
    address,
    runningSinceMs: null,
    silentForMs: 0,
    answer: { kind: 'authenticated', peer: answer },
    ...difference,
  };
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
      ...self,
    },
    expectedNodes: 3,
    listing: listing === undefined ? { containsSelf: true, others: others ?? [] } : listing,
    unlistedPeers: [],
    formationTimeoutMs: 300_000,
    compareAddresses: (left, right) => left.localeCompare(right),
    ...rest,
  };
}
