import type { EtcdEndpoint } from '@flux-pg/etcd-membership';
import type { LocalPostgres } from '@flux-pg/node-agent/loop';

/** Virtual time. Events run in the order of their time, then of their making; the same seed gives the same run. */
export interface Scheduler {
  readonly nowMs: () => number;
  /** Runs `work` once at that time, which is not in the past; returns what cancels it. */
  readonly at: (atMs: number, work: () => void) => () => void;
  /** Resolves after the time, or when the signal is aborted; never rejects. */
  readonly sleep: (ms: number, signal?: AbortSignal) => Promise<void>;
  /** From 0 (inclusive) to 1, from the run's seed. */
  readonly random: () => number;
}

/** A position in the WAL, as a plain number. */
export type Lsn = number;

/**
 * One uninterrupted piece of history: from initdb or a promotion on. Two nodes that promote to the same timeline number
 * make two branches, which is how a split brain is told from a succession.
 */
export interface Branch {
  /** Unique in the run. */
  readonly id: number;
  readonly systemId: string;
  readonly timeline: number;
  /** Where it left its parent; null for the first branch of a system. */
  readonly parent: { readonly branch: Branch; readonly switchLsn: Lsn } | null;
}

/** A data directory as a value: the modelled disk keeps it, and an old copy of a volume is an old value. */
export interface PgData {
  readonly branch: Branch;
  /** End of the valid WAL on disk. */
  readonly endLsn: Lsn;
  /** What the control file says; may be far behind. */
  readonly controlState: string;
  readonly checkpointLsn: Lsn;
  readonly unfinished: 'initdb' | 'clone' | 'rewind' | null;
  readonly consistent: boolean;
}

/** A client's write: where it is in the history. It was acknowledged once `acknowledged` was called with it. */
export interface Row {
  readonly branch: Branch;
  readonly lsn: Lsn;
}

/** Leases and conditional writes, as Patroni uses etcd; each call may fail with an `EtcdError`. */
export interface LeaseClient extends EtcdEndpoint {
  readonly grantLease: (ttlMs: number) => Promise<string>;
  /** Whether the lease still existed. */
  readonly keepAlive: (leaseId: string) => Promise<boolean>;
  readonly putWithLease: (key: string, value: string, leaseId: string) => Promise<void>;
  /** Writes only if the key does not exist; whether it was written. */
  readonly putIfAbsent: (key: string, value: string, leaseId: string | null) => Promise<boolean>;
  /** One transaction: writes with the lease if the key holds this very value or does not exist; whether it was written. */
  readonly putIfHeld: (key: string, value: string, leaseId: string) => Promise<boolean>;
  /** One transaction: deletes the key if it holds this very value; whether it did. */
  readonly deleteIfHeld: (key: string, value: string) => Promise<boolean>;
  /** Calls back after each change of the key that this client gets to hear of; returns what ends it. Polled where absent. */
  readonly watch?: (key: string, changed: () => void) => () => void;
}

/** What a Patroni is started with: patroni.yml as far as the model reads it. */
export interface PatroniSettings {
  readonly nodeId: string;
  readonly address: string;
  readonly appName: string;
  /** Whether there is a `bootstrap` section: without one it never runs initdb. */
  readonly bootstrap: boolean;
  readonly ttlMs: number;
  readonly loopWaitMs: number;
  readonly retryTimeoutMs: number;
  readonly synchronousMode: 'off' | 'on' | 'quorum';
}

/** The walreceiver of a standby, as the primary that it streams from reaches it. */
export interface Standby {
  readonly nodeId: string;
  readonly address: string;
  /** What it has flushed. */
  readonly position: () => { readonly branch: Branch; readonly endLsn: Lsn };
  /** All WAL up to there; false if it does not stream from this primary any more. */
  readonly receive: (fromNodeId: string, branch: Branch, endLsn: Lsn) => boolean;
}

/** WAL that was taken out of a data directory: what a rewind cuts off, from the fork on. */
export interface DiscardedWal {
  readonly nodeId: string;
  readonly branch: Branch;
  readonly fromLsn: Lsn;
  readonly toLsn: Lsn;
}

/** What a Patroni process finds on its node and reaches from it. */
export interface PatroniHost {
  readonly scheduler: Scheduler;
  /** Read anew by each loop, as after a reload. */
  readonly settings: () => PatroniSettings;
  /** etcd through the router's proxy: whatever voter the router would choose now. */
  readonly etcd: LeaseClient;
  readonly disk: { readonly read: () => PgData | null; readonly write: (data: PgData | null) => void };
  /** Another node's Patroni, if it runs and a call from here would get an answer now. */
  readonly peer: (address: string) => PatroniProcess | null;
  /** Round trip of a call to that address. */
  readonly roundTripMs: (address: string) => number;
  /** A process that ends by itself: supervisord notices. */
  readonly exited: (status: number) => void;
  /** Told of every tail that a rewind throws away; its rows may be nowhere else. */
  readonly discarded?: (wal: DiscardedWal) => void;
}

/** A running Patroni with its PostgreSQL. After `kill` nothing of it goes on, whatever it was waiting for. */
export interface PatroniProcess {
  readonly nodeId: string;
  /** `GET /patroni` on loopback. */
  readonly status: () => LocalPostgres;
  /** The database as a client sees it: whether it takes writes, and where it is. */
  readonly database: () => {
    readonly writable: boolean;
    readonly branch: Branch;
    readonly endLsn: Lsn;
    /** Until when this node may take itself for the holder of the leader key; virtual time. */
    readonly leaseUntilMs: number;
  } | null;
  /**
   * A client's write: appended if writable, else null. In a synchronous mode `acknowledged` is called once standbys have it,
   * otherwise before this returns.
   */
  readonly write: (acknowledged: (row: Row) => void) => Row | null;
  /** `START_REPLICATION` of a standby; whether this primary accepts it: the standby's end is on its history. */
  readonly attach: (standby: Standby) => boolean;
  /** Answers another Patroni's `POST /failsafe`. */
  readonly failsafe: (leaderNodeId: string) => boolean;
  /** `POST /failover` with a candidate; whether it was accepted. */
  readonly failover: (candidateNodeId: string) => Promise<boolean>;
  /** SIGTERM: stops PostgreSQL, releases the leader key if it can, then `exited(0)`. */
  readonly terminate: () => void;
  /** SIGKILL to Patroni and PostgreSQL, or the end of the machine. What is not on disk is lost. */
  readonly kill: () => void;
}
