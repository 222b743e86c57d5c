/** One entry of etcd's member list. */
export interface EtcdMember {
  /** Lower-case hexadecimal without leading zeros, as etcdctl and etcd's log print it. */
  readonly id: string;
  /** Empty until the member has started for the first time. */
  readonly name: string;
  readonly peerUrls: readonly string[];
  /** Empty until the member has started for the first time. */
  readonly clientUrls: readonly string[];
  /** A learner receives the log but has no vote. */
  readonly isLearner: boolean;
}

/** What one member says about itself. Every running member answers this, a learner and one without a leader too. */
export interface EtcdStatus {
  readonly memberId: string;
  /** The leader that this member follows; null while it knows none. */
  readonly leaderId: string | null;
  readonly raftTerm: number;
  /** The last committed entry that this member knows of. */
  readonly raftIndex: number;
  readonly raftAppliedIndex: number;
  /** Physical size of the database file. */
  readonly dbSizeBytes: number;
  readonly isLearner: boolean;
  readonly version: string;
  /** etcd's own texts: `etcdserver: no leader`, and the alarms that are raised. */
  readonly errors: readonly string[];
}

/** A key with its value, both UTF-8 text. */
export interface KeyValue {
  readonly key: string;
  readonly value: string;
  /** The store's revision at the last write of this key. */
  readonly modRevision: number;
}

/** The lease that a key hangs on: the key goes when its time is over. */
export interface KeyLease {
  readonly leaseId: string;
  /** What is left of its time, in whole seconds: up to a second more may be. */
  readonly remainingMs: number;
  /** Of the member that answered. A new leader gives every lease its whole time again, whoever lives. */
  readonly raftTerm: number;
}

/** The keys under a prefix, as they were at one moment. */
export interface KeyRange {
  /** The store's revision at the reading; it grows with every write of any key. */
  readonly revision: number;
  /** In the order of the keys. */
  readonly entries: readonly KeyValue[];
}

/** An alarm that a member has raised; `no-space` makes the whole cluster refuse writes. */
export interface EtcdAlarm {
  readonly memberId: string;
  readonly kind: 'no-space' | 'corrupt' | 'unknown';
}

/**
 * One etcd member, never a list of hosts: the answer to `status` has to be that member's own.
 *
 * Every method throws an {@link EtcdError}. A write that fails with `timeout` or `unavailable` may have been applied; read
 * before writing again. Nothing here is repeated behind the caller's back.
 */
export interface EtcdEndpoint {
  /** Works on a learner and without a leader. */
  status(): Promise<EtcdStatus>;
  /** The member list, linearizable: it fails without a leader rather than being old. */
  members(): Promise<readonly EtcdMember[]>;
  /**
   * Adds a member without a vote. `already-exists` if the peer URL is in the list, `too-many-learners` while there is one,
   * `unhealthy-cluster` unless the member asked has been connected for 5 s to a quorum of one voter more than there are.
   */
  addLearner(peerUrl: string): Promise<EtcdMember>;
  /**
   * Gives a learner its vote. `learner-not-ready` below 90 % of the leader's log, which etcd looks at first, even for one
   * that has just been given its vote; `not-a-learner` if it votes already.
   */
  promote(memberId: string): Promise<void>;
  /** `member-not-found` if it is not in the list, `unhealthy-cluster` if the rest would have no quorum. */
  remove(memberId: string): Promise<void>;
  /** Has to be sent to the leader (`not-leader` otherwise). */
  moveLeader(targetId: string): Promise<void>;
  /** Linearizable; null if the key does not exist. */
  get(key: string): Promise<KeyValue | null>;
  /**
   * What is left of a key's lease, as the leader counts it; null for a key that does not exist or has no lease. It takes two
   * readings, between which the key may get another lease.
   */
  leaseOf(key: string): Promise<KeyLease | null>;
  /** Linearizable; fails beyond {@link MAX_LISTED_KEYS} keys. */
  list(prefix: string): Promise<KeyRange>;
  put(key: string, value: string): Promise<void>;
  /**
   * Writes only if the key was last modified at `modRevision`; 0 means that it must not exist.
   * @returns whether it was written
   */
  putIfUnchanged(key: string, value: string, modRevision: number): Promise<boolean>;
  /** Deleting a key that does not exist is no error. */
  delete(key: string): Promise<void>;
  alarms(): Promise<readonly EtcdAlarm[]>;
  /** Clears every `no-space` alarm; without free space the next write raises it again. */
  disarmNoSpace(): Promise<void>;
  /** Gives free pages back to the file system. The member answers nothing else meanwhile. */
  defragment(): Promise<void>;
  /** Ends the connection; later calls fail with `closed`. */
  close(): void;
}

/** How many keys one `list` may return: what we keep there are a few keys per node, and a reply has to stay small. */
export const MAX_LISTED_KEYS = 1000;
