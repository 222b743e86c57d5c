import type { AbsenceMemory } from '../absence/index.ts';
import type { EtcdMember, EtcdStatus } from '../port/etcd-endpoint.ts';
import type { LearnerProgress } from './learner-progress.ts';

/** The part of etcd's status that decisions rest on. */
export type EtcdReading = Pick<
  EtcdStatus,
  'memberId' | 'leaderId' | 'isLearner' | 'raftTerm' | 'raftIndex' | 'raftAppliedIndex' | 'errors'
>;

/** The authenticated status of another node of this cluster. */
export interface MembershipPeer {
  readonly nodeId: string;
  /** How old the status may be. */
  readonly ageMs: number;
  readonly epoch: number;
  /** The name that the node has in etcd, or would join with. */
  readonly memberName: string;
  /** Port of etcd's peers as the other nodes reach it. */
  readonly etcdPeerPort: number;
  readonly etcdRunning: boolean;
  /** Whether the volume holds an etcd directory with data. */
  readonly etcdData: boolean;
  /** What its own etcd said; null where that did not answer. */
  readonly reading: EtcdReading | null;
}

/** A node that answered authenticated at an address, of whatever cluster. */
export interface AnsweringNode {
  readonly address: string;
  readonly nodeId: string;
  readonly ageMs: number;
}

/** Everything that changes of etcd's membership are decided on. Plain data, so that a decision can be replayed. */
export interface MembershipView {
  /** Monotonic, as are all times in it. */
  readonly nowMs: number;
  readonly self: {
    readonly nodeId: string;
    readonly epoch: number;
    /** The status of this node's own etcd, null while it does not answer. */
    readonly etcd: { readonly reading: EtcdReading; readonly ageMs: number } | null;
  };
  /** etcd's content, read linearizably; null while it cannot be. */
  readonly content: {
    readonly ageMs: number;
    readonly members: readonly EtcdMember[];
    /** The member records: the nodes that belong, each with the address it was last reached at. */
    readonly records: readonly { readonly nodeId: string; readonly address: string }[];
    /** The node that holds Patroni's leader key. */
    readonly primary: string | null;
    /** Node ids of voters removed for their silence that have neither answered since nor are gone. */
    readonly formerVoters: readonly string[];
  } | null;
  readonly peers: readonly MembershipPeer[];
  /** Who answered where, this node at its own address included. */
  readonly answering: readonly AnsweringNode[];
  /** Listed addresses without an authenticated answer; null while no fresh listing that contains this node is known. */
  readonly unaccounted: readonly string[] | null;
  /** How long the list of members has been the same. */
  readonly settledForMs: number;
  /** How long neither the members, nor etcd's leader, nor the primary have changed. */
  readonly quietForMs: number;
  readonly learner: LearnerProgress | null;
  readonly absence: AbsenceMemory | null;
  /** Nodes that an operator declared gone. */
  readonly declaredGone: ReadonlySet<string>;
  readonly limits: {
    readonly maxVoters: number;
    /** How long a node must be unlisted and without a sign of life to be gone. */
    readonly absenceGraceMs: number;
    /** How long a voter must be silent for a waiting node to take its place. */
    readonly absenceTimeoutMs: number;
    readonly maxAnswerGapMs: number;
  };
}

/** One change of the membership, or of what is known of it; at most one is made at a time. */
export type MembershipAction =
  | { readonly kind: 'none' }
  | { readonly kind: 'add-learner'; readonly peerUrl: string }
  | { readonly kind: 'promote'; readonly memberId: string }
  | { readonly kind: 'remove-member'; readonly memberId: string }
  | { readonly kind: 'move-leader'; readonly targetId: string }
  | { readonly kind: 'forget-node'; readonly nodeId: string }
  /** Write the key that keeps a silent voter known; it has to be there before the voter is removed. */
  | { readonly kind: 'record-former-voter'; readonly nodeId: string }
  | { readonly kind: 'clear-former-voter'; readonly nodeId: string };

/** Why the membership is changed or left alone. The codes are stable: they are logged and shown by `flux-pg status`. */
export type MembershipReason =
  | 'etcd-unknown'
  | 'not-the-leader'
  | 'higher-epoch-heard'
  | 'member-superseded'
  | 'member-without-data'
  | 'member-replaced'
  | 'member-gone'
  | 'member-silent'
  | 'member-forgotten'
  | 'former-voter-recorded'
  | 'former-voter-answered'
  | 'former-voter-gone'
  | 'learner-stalled'
  | 'learner-in-sync'
  | 'learner-starting'
  | 'learner-catching-up'
  | 'learner-waits-for-voters'
  | 'voter-wanted'
  | 'voter-follows-primary'
  | 'surplus-voter'
  | 'single-voter-on-primary'
  | 'leader-off-primary'
  | 'membership-settling'
  | 'voter-absent'
  | 'voters-missing'
  | 'membership-complete';

/** An action with the reason for it; `detail` names members for people. */
export interface MembershipDecision {
  readonly action: MembershipAction;
  readonly reason: MembershipReason;
  readonly detail: string;
}
