import type { ClusterIdentity, FoundingState } from './founding-state.ts';

/** The part of a peer's authenticated status that founding rests on. */
export interface FoundingPeer {
  readonly nodeId: string;
  /** No cluster id, no etcd data, no PGDATA. A proposal or a join does not end virginity. */
  readonly virgin: boolean;
  readonly cluster: ClusterIdentity | null;
  readonly founding: FoundingState;
  /** Ids of proposals that this peer has withdrawn for good. */
  readonly withdrawn: readonly string[];
  /** The system id of its copy; null where it has none or cannot read it. */
  readonly systemId: string | null;
  /** The highest epoch of any intent to resume a founding that it has persisted or refused; 1 where there was none. */
  readonly promisedEpoch: number;
}

/** What was heard at an address: an authenticated status, an answer that proves nothing, or nothing. */
export type PeerAnswer =
  | { readonly kind: 'authenticated'; readonly peer: FoundingPeer }
  | { readonly kind: 'present'; readonly detail: string }
  | { readonly kind: 'silent'; readonly detail: string };

/** One address, other than this node's own, that the listing contains or contained lately. */
export interface ListedInstance {
  readonly address: string;
  /** In the newest listing. One that is not can be no candidate and counts for no majority, but goes on blocking. */
  readonly listed: boolean;
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
    /** The system id of the own copy; null where there is none or it cannot be read. */
    readonly systemId: string | null;
    /** The highest epoch of any intent to resume a founding that this node has persisted or refused; 1 at first. */
    readonly promisedEpoch: number;
  };
  /** N, the number of instances that the app shall have; null while unknown. */
  readonly expectedNodes: number | null;
  /** Whether the operator set N (`CLUSTER_SIZE`); only then a size of one is taken at its word. */
  readonly clusterSizeConfigured: boolean;
  /** Null while no usable listing is known; otherwise whether it contains this node, and all the others in it. */
  readonly listing: { readonly containsSelf: boolean; readonly others: readonly ListedInstance[] } | null;
  /** Authenticated peers at addresses that the listing does not contain: they may know of a sealed cluster. */
  readonly unlistedPeers: readonly FoundingPeer[];
  /** For how long enough sources have agreed that there is no majority of N; see `rememberField`. */
  readonly shortHandedForMs: number;
  /** Addresses that the operator declared dead (`flux-pg found`); an answer from there ends that. */
  readonly permitted: ReadonlySet<string>;
  /** Node ids that are gone (design 8), and the last addresses of such. */
  readonly gone: ReadonlySet<string>;
  readonly goneAddresses: ReadonlySet<string>;
  /** The furthest copy among all N, computed elsewhere; read only while somebody holds data. */
  readonly adoption: { readonly leadNodeId: string | null; readonly blocked: string | null };
  /** How long a silent listed address blocks in any case (`FORMATION_TIMEOUT`). */
  readonly formationTimeoutMs: number;
  /** Compares two addresses; the lowest one is the candidate. */
  readonly compareAddresses: (left: string, right: string) => number;
}
