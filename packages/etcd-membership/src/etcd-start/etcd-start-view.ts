/** A member or a listed address that could know of a later epoch, and what was heard there. */
export interface EtcdStartWitness {
  /** A node id or an address, for people. */
  readonly name: string;
  /** Null where it is not known who is, or was, at the address. */
  readonly nodeId: string | null;
  /**
   * `present` is an answer at a listed address that proves nothing. At the last address of a member that is not listed it
   * is a stranger's: the member itself is silent.
   */
  readonly answer:
    | { readonly kind: 'authenticated'; readonly epoch: number; readonly seededBy: string | null }
    | { readonly kind: 'silent'; readonly forMs: number }
    | { readonly kind: 'present' };
}

/** What starting etcd from its own data is decided on, while no etcd answers. */
export interface EtcdStartView {
  readonly self: {
    readonly nodeId: string;
    readonly clusterId: string;
    readonly epoch: number;
    /** The seeder of the epoch; null for the one that the cluster was founded with. */
    readonly seededBy: string | null;
    /** A recovery's intent that nothing has released yet. */
    readonly intentHeld: boolean;
    readonly stale: boolean;
    /** Stale for nothing else than having been fenced. */
    readonly onlyFenced: boolean;
    /** A peer has proven that an older volume was put back, and its etcd data is not quarantined yet. */
    readonly restored: boolean;
    /** What the etcd data was written for; null where the volume does not say. */
    readonly data: {
      readonly clusterId: string;
      readonly epoch: number;
      readonly seededBy: string | null;
    } | null;
  };
  /** Node ids of the voters as this node last knew them. */
  readonly voters: readonly string[];
  readonly others: readonly EtcdStartWitness[];
}

/** Why etcd is not started yet. The codes are stable: they are logged and shown by `flux-pg status`. */
export type EtcdStartReason =
  | 'etcd-data-foreign'
  | 'volume-restored'
  | 'higher-epoch-heard'
  | 'intent-held'
  | 'stale'
  | 'waiting-for-voters'
  | 'waiting-for-members';

/**
 * Whether etcd may be started from the data in its directory, else what it waits for. On `etcd-data-foreign` and
 * `volume-restored` the data never starts: it is quarantined.
 */
export type EtcdStartVerdict =
  | { readonly start: true }
  | { readonly start: false; readonly reason: EtcdStartReason; readonly waitingFor: readonly string[] };
