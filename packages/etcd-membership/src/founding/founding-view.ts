/** How a cluster is known: its id, fixed when it was sealed, and its epoch, raised by each recovery. */
export interface ClusterIdentity {
  readonly id: string;
  readonly epoch: number;
}

/** What a node has persisted about founding. `sealed` is not a state: a sealed proposal is a cluster identity. */
export type FoundingState =
  | { readonly kind: 'none' }
  | { readonly kind: 'proposed'; readonly clusterId: string; readonly expectedNodes: number }
  | { readonly kind: 'joined'; readonly clusterId: string; readonly proposerNodeId: string };

/** The part of a peer's authenticated status that founding rests on. */
export interface FoundingPeer {
  readonly nodeId: string;
  /** No cluster id, no etcd data, no PGDATA. A proposal or a join does not end virginity. */
  readonly virgin: boolean;
  readonly cluster: ClusterIdentity | null;
  readonly founding: FoundingState;
  /** Ids of proposals that this peer has withdrawn for good. */
  readonly withdrawn: readonly string[];
}

/** What was heard at an address: an authenticated status, an answer that proves nothing, or nothing. */
export type PeerAnswer =
  | { readonly kind: 'authenticated'; readonly peer: FoundingPeer }
  | { readonly kind: 'present'; readonly detail: string }
  | { readonly kind: 'silent'; readonly detail: string };

/** One address of the Flux listing other than this node's own. */
export interface ListedInstance {
  readonly address: string;
  /** Wall clock, milliseconds; null when the listing does not say. */
  readonly runningSinceMs: number | null;
  readonly answer: PeerAnswer;
  /** How long this address has been silent without a break, 0 when it is not. */
  readonly silentForMs: number;
}

/** Everything that founding is decided on. Plain data, so that a decision can be replayed. */
export interface FoundingView {
  readonly self: {
    readonly nodeId: string;
    readonly address: string | null;
    readonly virgin: boolean;
    readonly founding: FoundingState;
    /** Wall clock, milliseconds: when this volume was first used. */
    readonly firstStartedAtMs: number;
  };
  /** N, the number of instances that the app shall have; null while unknown. */
  readonly expectedNodes: number | null;
  /** Null while no usable listing is known; otherwise whether it contains this node, and all the others in it. */
  readonly listing: { readonly containsSelf: boolean; readonly others: readonly ListedInstance[] } | null;
  /** Authenticated peers at addresses that the listing does not contain: they may know of a sealed cluster. */
  readonly unlistedPeers: readonly FoundingPeer[];
  /** How long a silent listed address blocks in any case (`FORMATION_TIMEOUT`). */
  readonly formationTimeoutMs: number;
  /** Compares two addresses; the lowest one is the candidate. */
  readonly compareAddresses: (left: string, right: string) => number;
}

/** Why founding stands where it stands. The codes are stable: they are logged and shown by `flux-pg status`. */
export type FoundingReason =
  | 'cluster-heard-of'
  | 'two-clusters'
  | 'data-without-cluster'
  | 'own-address-unknown'
  | 'listing-unknown'
  | 'self-not-listed'
  | 'size-unknown'
  | 'majority-not-listed'
  | 'peer-holds-data'
  | 'peer-unverifiable'
  | 'peer-silent'
  | 'join-released'
  | 'waiting-for-seal'
  | 'lower-candidate'
  | 'size-changed'
  | 'lowest-address'
  | 'waiting-for-joins'
  | 'majority-joined'
  | 'proposal-seen'
  | 'proposal-too-small'
  | 'waiting-for-proposal';

/** What a node without a cluster id does next; each but `wait` is one persisted write. */
export type FoundingAction =
  | { readonly kind: 'wait' }
  | { readonly kind: 'propose'; readonly expectedNodes: number }
  | { readonly kind: 'withdraw'; readonly clusterId: string }
  | { readonly kind: 'join'; readonly clusterId: string; readonly proposerNodeId: string }
  | { readonly kind: 'release-join'; readonly clusterId: string }
  | { readonly kind: 'seal'; readonly clusterId: string }
  | { readonly kind: 'take-cluster'; readonly cluster: ClusterIdentity };

/** An action with the reason for it; `detail` names addresses and counts for people. */
export interface FoundingDecision {
  readonly action: FoundingAction;
  readonly reason: FoundingReason;
  readonly detail: string;
}
