/** A promise to give up the old etcd for a new one: made by the seeder, adopted by all others. It is no epoch. */
export interface RecoveryIntent {
  readonly clusterId: string;
  /** One more than the highest epoch or intent that the seeder knew of anywhere. */
  readonly epoch: number;
  readonly seederNodeId: string;
  /** Node ids that the seeder did not count as gone. Another member that answers ends the intent. */
  readonly participants: readonly string[];
}

/** Names an intent for good: a seeder never uses an epoch a second time. */
export type IntentName = Omit<RecoveryIntent, 'participants'>;

/**
 * What a node persists for recoveries, in one write. The pair of `epoch` and `seededBy` orders all epochs, see
 * `compareEpochs`.
 */
export interface RecoveryState {
  readonly epoch: number;
  /** The seeder of the epoch; null for the one that the cluster was founded with. */
  readonly seededBy: string | null;
  readonly intent: RecoveryIntent | null;
  /**
   * Intents that this node has given up, bounded. Its own entries release the others from the intent; entries of other
   * seeders only keep an epoch from being used again.
   */
  readonly cancelled: readonly IntentName[];
  /** This node has persisted an epoch as its seeder, and the keys of the new etcd are not all written yet. */
  readonly seeding: boolean;
}

/** One node as it tells of itself; null is unknown, which is never taken for the harmless value. */
export interface RecoveryNode extends Omit<RecoveryState, 'seeding'> {
  readonly nodeId: string;
  readonly stale: boolean;
  readonly fenced: boolean;
  readonly patroniRuns: boolean | null;
  readonly etcdRuns: boolean | null;
  /** Holds etcd data of its own epoch: data that a quarantine was cut short on counts as none. */
  readonly etcdData: boolean;
  /** Whether a quorum of the witnesses lists it. */
  readonly listedByQuorum: boolean | null;
}

/** The authenticated status of another node of this cluster. */
export interface RecoveryPeer extends RecoveryNode {
  readonly ageMs: number;
}

/** What was heard at a listed address other than the own one. */
export type ListedAnswer =
  | { readonly kind: 'authenticated'; readonly nodeId: string }
  | { readonly kind: 'virgin' }
  | { readonly kind: 'other-cluster' }
  | { readonly kind: 'present'; readonly detail: string }
  | { readonly kind: 'silent'; readonly detail: string };

/** A listed address. */
export interface ListedAddress {
  readonly address: string;
  /** The member that was last at this address, if any. */
  readonly nodeId: string | null;
  readonly answer: ListedAnswer;
}

/** What a recovery is decided on. Plain data. */
export interface RecoveryView {
  readonly self: RecoveryNode & { readonly clusterId: string; readonly seeding: boolean };
  /** Members of the newest mirror, this node included, with their last addresses. */
  readonly members: readonly { readonly nodeId: string; readonly address: string }[];
  /** Node ids of the newest mirror's voters. Empty is unknown: there is no etcd without a voter. */
  readonly voters: readonly string[];
  /** Node ids of voters that were removed for silence and have neither answered since nor are gone. */
  readonly formerVoters: readonly string[];
  /** For how long no etcd endpoint has answered a linearizable read; 0 while one does. */
  readonly etcdUnreachableForMs: number;
  /** `FENCE_AFTER` + `ABSENCE_GRACE`. */
  readonly graceMs: number;
  /** The node with the furthest copy, or why that cannot be told. */
  readonly lead: { readonly nodeId: string | null; readonly blocked: string | null };
  /** Node ids that are gone for recovery, by the witnesses or by declaration. */
  readonly gone: ReadonlySet<string>;
  /** Those of `gone` that the operator, or `ABSENCE_TIMEOUT_RECOVERY`, counts as gone although they may be listed. */
  readonly declaredGone: ReadonlySet<string>;
  readonly peers: readonly RecoveryPeer[];
  /** Null while no listing is recent enough. The own address is left out. */
  readonly listed: readonly ListedAddress[] | null;
}

/** What a recovery asks for. `state` is persisted before the rest of the action is done. */
export type RecoveryAction =
  /** Recovery does nothing; the other rules go on. */
  | { readonly kind: 'none' }
  /** Neither etcd nor Patroni may be started meanwhile. */
  | { readonly kind: 'hold' }
  | { readonly kind: 'persist'; readonly state: RecoveryState }
  | { readonly kind: 'stop-patroni' }
  | { readonly kind: 'stop-etcd' }
  /** Quarantine the etcd data, take a new incarnation, start a new etcd, write the keys, then clear `seeding`. */
  | { readonly kind: 'seed'; readonly state: RecoveryState }
  /** Quarantine the etcd data, take a new incarnation; the node joins. */
  | { readonly kind: 'take-epoch'; readonly state: RecoveryState };

/** What keeps a recovery from beginning, and the seeder from seeding. */
export type RecoveryBlocker =
  | 'listing-unknown'
  | 'address-unverifiable'
  | 'address-silent'
  | 'member-silent'
  | 'member-stale'
  | 'member-not-listed';

/** Why; the codes are stable: they are logged and shown by `flux-pg status`. */
export type RecoveryReason =
  | RecoveryBlocker
  | 'higher-epoch-heard'
  | 'intent-moot'
  | 'intent-unknown'
  | 'intent-cancelled'
  | 'seeder-gone'
  | 'seeder-stale'
  | 'etcd-answers'
  | 'gone-member-returned'
  | 'lead-changed'
  | 'intent-held'
  | 'stale'
  | 'seeding-resumed'
  | 'waiting-for-seeder'
  | 'waiting-for-acknowledgements'
  | 'all-acknowledged'
  | 'voters-unknown'
  | 'majority-may-return'
  | 'etcd-silent-too-briefly'
  | 'lead-blocked'
  | 'recovery-begins'
  | 'intent-adopted'
  | 'waiting-for-intent';

/** A decision; `detail` is for people and names who is waited for. */
export interface RecoveryDecision {
  readonly action: RecoveryAction;
  readonly reason: RecoveryReason;
  readonly detail: string;
}
