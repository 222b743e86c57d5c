/** How a cluster is known: its id, fixed when it was sealed, and its epoch, raised by each recovery. */
export interface ClusterIdentity {
  readonly id: string;
  readonly epoch: number;
}

/** What a proposal says, and what a node that joined it keeps of it. */
export interface ProposalTerms {
  readonly clusterId: string;
  /** N as the proposer knew it; null only in a short-handed proposal. */
  readonly expectedNodes: number | null;
  /** Sealed by all instances ever listed instead of by a majority of N. */
  readonly shortHanded: boolean;
  /** The system id that the proposal adopts; null when it founds an empty cluster. */
  readonly systemId: string | null;
}

/** This node asks the others to found the cluster with it. */
export interface ProposedFounding extends ProposalTerms {
  readonly kind: 'proposed';
}

/** This node is bound to a proposal until that is withdrawn, sealed, or orphaned. */
export interface JoinedFounding extends ProposalTerms {
  readonly kind: 'joined';
  readonly proposerNodeId: string;
  /** Where the proposer was last: by that address the listing and the operator can tell that it is gone. */
  readonly proposerAddress: string | null;
}

/** The intent to finish the founding of a proposer that is gone. It is no epoch: only `seal` makes it one. */
export interface ResumingFounding {
  readonly kind: 'resuming';
  readonly clusterId: string;
  readonly epoch: number;
  readonly seederNodeId: string;
  readonly expectedNodes: number | null;
  readonly systemId: string | null;
  readonly proposerNodeId: string;
  readonly proposerAddress: string | null;
  /** The join that binds this node again if the intent is dropped; null for a virgin that had joined nothing. */
  readonly join: JoinedFounding | null;
}

/** What a node has persisted about founding. `sealed` is not a state: a sealed proposal is a cluster identity. */
export type FoundingState = { readonly kind: 'none' } | ProposedFounding | JoinedFounding | ResumingFounding;

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
  | 'proposer-lost'
  | 'data-outranks'
  | 'waiting-for-seal'
  | 'lower-candidate'
  | 'lead-changed'
  | 'size-changed'
  | 'no-longer-short-handed'
  | 'short-handed'
  | 'lowest-address'
  | 'furthest-copy'
  | 'waiting-for-joins'
  | 'peer-bound-elsewhere'
  | 'majority-joined'
  | 'all-joined'
  | 'proposal-seen'
  | 'proposal-too-small'
  | 'not-short-handed'
  | 'waiting-for-proposal'
  | 'not-all-answered'
  | 'data-unreadable'
  | 'two-systems'
  | 'adoption-blocked'
  | 'lead-unknown'
  | 'data-lost'
  | 'founding-resumed'
  | 'proposer-gone'
  | 'proposer-answers'
  | 'proposer-not-gone'
  | 'intent-seen'
  | 'intent-superseded'
  | 'intent-released'
  | 'no-majority'
  | 'waiting-for-cancel'
  | 'waiting-for-seeder'
  | 'waiting-for-intents'
  | 'majority-resumed';

/** What a node without a cluster id does next; each but `wait` is one persisted write. */
export type FoundingAction =
  | { readonly kind: 'wait' }
  | {
      readonly kind: 'propose';
      readonly expectedNodes: number | null;
      readonly shortHanded: boolean;
      readonly systemId: string | null;
    }
  | { readonly kind: 'withdraw'; readonly clusterId: string }
  | { readonly kind: 'join'; readonly joined: JoinedFounding }
  | { readonly kind: 'release-join'; readonly clusterId: string }
  /** Persist the intent, and its epoch as promised. */
  | { readonly kind: 'resume'; readonly resuming: ResumingFounding }
  /**
   * Persist `founding` in the intent's place and `epoch` as promised, if that is higher. Done by the intent's seeder it
   * is the cancellation: a seeder that has promised the epoch without holding the intent can never seal it.
   */
  | {
      readonly kind: 'drop-intent';
      readonly clusterId: string;
      readonly epoch: number;
      readonly founding: FoundingState;
    }
  | {
      readonly kind: 'seal';
      readonly clusterId: string;
      readonly epoch: number;
      readonly shortHanded: boolean;
      /** The system id that the cluster starts from instead of a bootstrap. */
      readonly adopts: string | null;
    }
  | { readonly kind: 'take-cluster'; readonly cluster: ClusterIdentity };

/** An action with the reason for it; `detail` names addresses and counts for people. */
export interface FoundingDecision {
  readonly action: FoundingAction;
  readonly reason: FoundingReason;
  readonly detail: string;
}
