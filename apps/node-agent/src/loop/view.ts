import type { AbsenceMemory, EtcdMember, EtcdStatus, LearnerProgress } from '@flux-pg/etcd-membership';
import type { Config } from '../config.ts';
import type { ClusterKey, MemberRecord } from '../identity/member-record.ts';
import type { Mirror } from '../identity/mirror.ts';
import type { NodeState } from '../identity/node-state.ts';
import type { Resources } from '../resources/read-resources.ts';
import type { StatusDocument } from '../status/document.ts';
import type { ProcessInfo } from '../supervisor/index.ts';
import type { PostgresData } from '../volume/index.ts';

/** A remote reading: what was seen and when (monotonic milliseconds), or why it was not. Unknown is never empty. */
export type Seen<T> =
  | { readonly ok: true; readonly value: T; readonly seenAtMs: number }
  | { readonly ok: false; readonly error: string };

/** One good answer of the Flux API. Never empty: an empty answer is no information and is not kept. */
export interface Listing {
  readonly instances: readonly {
    readonly address: string;
    readonly runningSinceMs: number | null;
    /** Where the API of its Flux node listens; absent for Flux's own default. */
    readonly apiPort?: number | undefined;
  }[];
}

/** What was heard at a peer's address this tick. */
export type Heard =
  | { readonly kind: 'authenticated'; readonly document: StatusDocument }
  | { readonly kind: 'present'; readonly detail: string }
  | { readonly kind: 'silent'; readonly detail: string; readonly forMs: number };

/** One address that was asked for its status. */
export interface Peer {
  readonly address: string;
  readonly listed: boolean;
  readonly heard: Heard;
}

/** What is stored in etcd, read linearizably in this tick. */
export interface EtcdContent {
  readonly members: readonly EtcdMember[];
  readonly cluster: ClusterKey | null;
  readonly bootstrap: string | null;
  readonly provisioned: boolean;
  readonly records: readonly MemberRecord[];
  /** Patroni's keys that the decisions and the mirror need. */
  readonly patroni: {
    readonly initialize: string | null;
    readonly leader: string | null;
    readonly history: string | null;
    readonly config: string | null;
    /** Where the leader said the end of its WAL was. */
    readonly status: string | null;
    /** Patroni's own member keys, by node id; a key lives for a TTL after its Patroni. */
    readonly members: ReadonlyMap<string, string>;
  };
}

/** What this node's Patroni says about its PostgreSQL. */
export interface LocalPostgres {
  readonly role: string;
  readonly state: string;
  readonly timeline: number | null;
  readonly replicating: readonly string[];
}

/** What does not change while the agent runs, and only configurations need. */
export interface NodeFacts {
  readonly resources: Resources;
  /** Credentials of Patroni's REST API, derived from the cluster secret. */
  readonly apiCredentials: { readonly username: string; readonly password: string };
}

/** Everything one tick knows. Built by `observe`, read by `decide`; plain and immutable. */
export interface View {
  readonly nowMs: number;
  /** When this tick began to look: what was heard from peers is no older than that. */
  readonly lookedAtMs: number;
  readonly wallMs: number;
  readonly config: Config;
  readonly facts: NodeFacts;
  readonly state: NodeState;
  readonly mirror: Mirror | null;
  readonly volume: {
    readonly postgres: PostgresData;
    readonly atRoot: boolean;
    readonly etcdData: boolean;
  };
  readonly processes: Seen<readonly ProcessInfo[]>;
  readonly ownAddress: { readonly address: string; readonly source: string } | null;
  /** The newest usable listing with its age, also when the last request failed. */
  readonly listing: Seen<Listing>;
  /** The latest attempt, usable or not: what it does not list counts as evidence, an old answer does not. */
  readonly latestListing: Seen<Listing>;
  readonly expectedNodes: number | null;
  readonly peers: readonly Peer[];
  /** This node's own etcd. */
  readonly localEtcd: Seen<EtcdStatus>;
  /** etcd's content through any voter. */
  readonly etcd: Seen<EtcdContent>;
  readonly postgres: Seen<LocalPostgres>;
  readonly memory: Memory;
  /** Texts on disk that depend on the view; null where nothing has been written since the start. */
  readonly applied: Applied;
}

/** What earlier ticks leave to later ones; monotonic times in milliseconds. */
export interface Memory {
  readonly startedAtMs: number;
  /** Since when this node's running etcd has had no leader; null while it has one. */
  readonly leaderlessSinceMs: number | null;
  /** Since when the same list of members has been read, and that list. */
  readonly membership: { readonly signature: string; readonly sinceMs: number };
  /** Since when neither membership, nor etcd's leader, nor the primary has changed. */
  readonly quiet: { readonly signature: string; readonly sinceMs: number };
  /** Last sign of life of each member, by node id. */
  readonly heardAtMs: Readonly<Record<string, number>>;
  readonly silentSinceMs: Readonly<Record<string, number>>;
  readonly learner: LearnerProgress | null;
  readonly absence: AbsenceMemory | null;
  /** Roles and the database were seen to exist since this agent started. */
  readonly rolesEnsured: boolean;
}

/** What has been written or set since this agent started, to be compared with what is wanted now. */
export interface Applied {
  /** The etcd that runs was started by this agent with the short times of a founding. */
  readonly foundingEtcd: boolean;
  readonly hosts: string | null;
  readonly routerServers: string | null;
  readonly patroniConfig: string | null;
}
