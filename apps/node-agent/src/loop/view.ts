import type {
  AbsenceMemory,
  EtcdErrorCode,
  EtcdMember,
  EtcdStatus,
  FencingMemory,
  FieldMemory,
  HeardStart,
  LearnerProgress,
  StalenessMemory,
  TickStamp,
} from '@flux-pg/etcd-membership';
import type { LeaseReading, LeaseWatch, Warmth } from '../cold-start/index.ts';
import type { Config } from '../config.ts';
import type { WitnessReading } from '../flux/witnesses.ts';
import type { ClusterKey, MemberRecord } from '../identity/member-record.ts';
import type { CopyHolder, Mirror } from '../identity/mirror.ts';
import type { NodeState } from '../identity/node-state.ts';
import type { OperatorOrder } from '../operator/orders.ts';
import type { RecloneMemory } from '../reclone/index.ts';
import type { Resources } from '../resources/read-resources.ts';
import type { StatusDocument } from '../status/document.ts';
import type { ProcessInfo } from '../supervisor/index.ts';
import type { VolumeInspection } from '../volume-state/volume-state.ts';

/** A remote reading: what was seen and when (monotonic milliseconds), or why it was not. Unknown is never empty. */
export type Seen<T> =
  | { readonly ok: true; readonly value: T; readonly seenAtMs: number }
  | {
      readonly ok: false;
      readonly error: string;
      /** What etcd's port says of it, where it was asked. */
      readonly code?: EtcdErrorCode;
    };

/** One good answer of the Flux API. Never empty: an empty answer is no information and is not kept. */
export interface Listing {
  readonly instances: readonly {
    readonly address: string;
    readonly runningSinceMs: number | null;
    /** Where the API of its Flux node listens; absent for Flux's own default. */
    readonly apiPort?: number | undefined;
  }[];
  /** Who answered, and whom each lists; absent in a listing that was kept from earlier. */
  readonly sources?: readonly { readonly name: string; readonly addresses: readonly string[] }[];
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
  /** The older of the revisions that were read, so that no mirror is taken for newer than any part of it. */
  readonly revision: number;
  readonly members: readonly EtcdMember[];
  readonly cluster: ClusterKey | null;
  readonly bootstrap: string | null;
  readonly provisioned: boolean;
  /** Whether a user has ever created anything; null where nobody has found out. */
  readonly userData: boolean | null;
  readonly witnesses: readonly string[];
  /** Node ids of voters that were removed for their silence and have neither answered since nor are gone. */
  readonly formerVoters: readonly string[];
  /** Every node that ever held a copy of this cluster's data and may return, with where it was when it said so. */
  readonly copyHolders: readonly CopyHolder[];
  readonly records: readonly MemberRecord[];
  /** Patroni's keys that the decisions and the mirror need. */
  readonly patroni: {
    readonly initialize: string | null;
    readonly leader: string | null;
    readonly history: string | null;
    readonly config: string | null;
    /** Where the leader said the end of its WAL was. */
    readonly status: string | null;
    /** Who may lead while a synchronous mode is on. */
    readonly sync: string | null;
    /** A failover or switchover that was asked for and is not done yet. */
    readonly failover: string | null;
    /** Patroni's own member keys, by node id; a key lives for a TTL after its Patroni. */
    readonly members: ReadonlyMap<string, string>;
  };
}

/** What this node's Patroni says about its PostgreSQL. */
export interface LocalPostgres {
  readonly role: string;
  readonly state: string;
  readonly timeline: number | null;
  /** The end of its WAL, written or received; null where it does not say. */
  readonly lsn: string | null;
  /** A standby that receives WAL from another node now. */
  readonly streaming: boolean;
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
  readonly volume: VolumeInspection;
  readonly processes: Seen<readonly ProcessInfo[]>;
  readonly ownAddress: { readonly address: string; readonly source: string } | null;
  /** The newest usable listing with its age, also when the last request failed. */
  readonly listing: Seen<Listing>;
  /** The latest attempt, usable or not: what it does not list counts as evidence, an old answer does not. */
  readonly latestListing: Seen<Listing>;
  readonly witnesses: WitnessReading;
  /** The witnesses that should be agreed on instead of the current ones. */
  readonly proposedWitnesses: readonly string[] | null;
  readonly expectedNodes: number | null;
  readonly peers: readonly Peer[];
  /** When each authenticated node called this one last; monotonic. */
  readonly calledAtMs: Readonly<Record<string, number>>;
  /** What an operator has asked for by `flux-pg`, and is not persisted yet. */
  readonly operatorOrder: OperatorOrder | null;
  /** This node's own etcd. */
  readonly localEtcd: Seen<EtcdStatus>;
  /** etcd's content through any voter. */
  readonly etcd: Seen<EtcdContent>;
  /** The lease of Patroni's leader key; asked for only while no status proves its holder to lead. */
  readonly leaderLease: LeaseReading | null;
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
  /** When this agent started etcd, as long as it has not run for a while since. */
  readonly etcdStartsAtMs: readonly number[];
  /** Since when this node's etcd has answered with a leader; null while it does not. */
  readonly etcdLedSinceMs: number | null;
  /** Since when the same list of members has been read, and that list. */
  readonly membership: { readonly signature: string; readonly sinceMs: number };
  /** Since when neither membership, nor etcd's leader, nor the primary has changed. */
  readonly quiet: { readonly signature: string; readonly sinceMs: number };
  /** Last sign of life of each member, by node id. */
  readonly heardAtMs: Readonly<Record<string, number>>;
  readonly silentSinceMs: Readonly<Record<string, number>>;
  readonly learner: LearnerProgress | null;
  readonly absence: AbsenceMemory | null;
  /** Who is listed or was lately, for the founding. */
  readonly field: FieldMemory | null;
  /** Where each node answered last; kept only while this node belongs to no cluster. */
  readonly seenAt: Readonly<Record<string, string>>;
  /** Since when each node that this one is bound to for its founding has been neither listed nor heard. */
  readonly boundAbsentSinceMs: Readonly<Record<string, number>>;
  readonly standing: StandingMemory;
  /** Since when no etcd has answered a linearizable read, or the start; null while one does. */
  readonly etcdUnreachableSinceMs: number | null;
  /** Since when etcd can be read and holds no leader key; null while it does, or cannot be read. */
  readonly leaderKeyMissingSinceMs: number | null;
  /** Whether somebody renews the leader key, as far as its lease was asked for. */
  readonly leaderLease: LeaseWatch | null;
  readonly warmth: Warmth | null;
  /** Since when all that could hold a copy say that they hold none; null while that is not so. */
  readonly grantDueSinceMs: number | null;
  /** Since when Patroni's key `initialize` is locked for a bootstrap that this node's Patroni is not at. */
  readonly idleLockSinceMs: number | null;
  /** The newest mirror of this cluster that a peer has told, as long as it is newer than the own one. */
  readonly toldMirror: Mirror | null;
  /** By node: the start that its own statuses told last, or one that it has forgotten. */
  readonly heardStarts: Readonly<Record<string, HeardStart>>;
  /** Since when the last start id is that; it is renewed from time to time. */
  readonly startId: { readonly signature: string; readonly sinceMs: number };
  /** When the primary was last asked whether it holds any user object. */
  readonly userDataAskedAtMs: number | null;
  /** For how long this node's copy has not followed the leader, and what was done about it. */
  readonly reclone: RecloneMemory;
  /** Roles and the database were seen to exist since this agent started. */
  readonly rolesEnsured: boolean;
}

/** What this node knows of its own standing: whether others may have gone on without it. */
export interface StandingMemory {
  /** The last completed tick; of this process, or as persisted by the one before. */
  readonly lastTick: TickStamp | null;
  readonly fencing: FencingMemory;
  readonly answers: StalenessMemory;
  /** Since when this agent knows that it is not stale; null while it is. */
  readonly notStaleSinceMs: number | null;
  /** When each other node itself last answered this one, by node id. */
  readonly answeredAtMs: Readonly<Record<string, number>>;
}

/** What has been written or set since this agent started, to be compared with what is wanted now. */
export interface Applied {
  /** The etcd that runs was started by this agent with the short times of a founding. */
  readonly foundingEtcd: boolean;
  readonly hosts: string | null;
  readonly routerServers: string | null;
  readonly patroniConfig: string | null;
}
