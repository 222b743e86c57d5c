import type { Copy, WalPosition } from '../copies/index.ts';

/** An ancestor of the leader's timeline: where it was left, and who led the one that came of it, null if it is not told. */
export interface Ancestor {
  readonly timeline: number;
  readonly switchLsn: string;
  readonly nextLedBy: string | null;
}

/** The node that holds the leader key and whose fresh status proves that PostgreSQL runs there as primary. */
export interface ProvenLeader extends WalPosition {
  readonly nodeId: string;
  /** As its status tells; null while it cannot say. */
  readonly systemId: string | null;
  /** Oldest first; null where Patroni's `/history` does not tell how this leader came by its timeline. */
  readonly ancestors: readonly Ancestor[] | null;
}

/** What this node's Patroni says of its PostgreSQL. */
export interface OwnPostgres {
  readonly role: string;
  readonly state: string;
  readonly timeline: number | null;
  readonly lsn: string | null;
  readonly streaming: boolean;
}

/** How far another member is with a re-clone of its own, as its fresh status tells. */
export type RivalStage = 'none' | 'announced' | 'under-way';

/** Another member that answered in this tick. */
export interface Rival {
  readonly nodeId: string;
  readonly stage: RivalStage;
}

/** What lies in PGDATA, read while Patroni was down. */
export type OwnDisk =
  | { readonly kind: 'absent' }
  /** Not for the agent to move: unreadable, or what other rules set aside. */
  | { readonly kind: 'other' }
  | { readonly kind: 'rewind' }
  | {
      readonly kind: 'copy';
      readonly copy: Copy;
      /** The end of its WAL is still being read, which can take minutes. */
      readonly isReading: boolean;
    };

/** What a tick knows of the things that a re-clone rests on. Plain data; times are monotonic. */
export interface RecloneEvidence {
  readonly nowMs: number;
  readonly self: string;
  /** Null where supervisord did not say. */
  readonly patroniAlive: boolean | null;
  /** Null where Patroni did not answer. */
  readonly postgres: OwnPostgres | null;
  readonly leader: ProvenLeader | null;
  /** Patroni's `initialize`: the system id of the cluster; null or empty where there is none. */
  readonly initialize: string | null;
  readonly rivals: readonly Rival[];
  /** Members that are not gone and did not answer. */
  readonly silent: readonly string[];
  /** `/sync` names this node: commits were acknowledged on the strength of its copy. */
  readonly isSynchronous: boolean;
  /**
   * By a person's word this copy is given up: `ordered` until it is moved aside, `set-aside` until another one follows. Null
   * without one, and under another leader than the one that it was said of.
   */
  readonly order: 'ordered' | 'set-aside' | null;
  /**
   * This copy last led or followed in an epoch that a recovery has ended since: whoever leads now was chosen without it, and
   * what it holds alone is a tail, however far it reaches.
   */
  readonly isOfEarlierEpoch: boolean;
  /** What forbids a re-clone whatever the copy: a pause, a recovery, a handover; null where nothing does. */
  readonly forbidden: string | null;
  /** Null while Patroni runs, and PGDATA is its own to write. */
  readonly disk: OwnDisk | null;
  readonly space: {
    readonly freeBytes: number | null;
    /** What a clone takes at the most; null where that cannot be told. */
    readonly neededBytes: number | null;
  };
  /** Whether a whole copy lies in the quarantine; null where that cannot be read. */
  readonly setAside: boolean | null;
}

/** What earlier ticks leave to later ones; monotonic times in milliseconds. */
export interface RecloneMemory {
  /** The leader that the times below are counted under. */
  readonly leader: {
    readonly nodeId: string;
    readonly timeline: number;
    readonly provenAtMs: number;
  } | null;
  /** Since when each reading has shown this node streaming. */
  readonly streamingSinceMs: number | null;
  /** Since when it has not followed; null while it does, or where nobody proves to lead. */
  readonly unfollowedSinceMs: number | null;
  /** Since when the end of its WAL has not moved. */
  readonly unmovedSinceMs: number | null;
  /** The last end of WAL that the running server told. */
  readonly position: WalPosition | null;
  /** Whether PostgreSQL answered queries when it was last heard of. */
  readonly wasRunning: boolean;
  /** The last leader that it followed for a while, and on which timeline: that tells branches of one number apart. */
  readonly followed: { readonly leader: string; readonly timeline: number } | null;
  /** Since when nothing has stood in the way of a re-clone. */
  readonly dueSinceMs: number | null;
  /** When another node was last seen to go first. */
  readonly rivalAtMs: number | null;
  /** What was found once Patroni was stopped, and until when that is not tried again. */
  readonly refused: { readonly obstacle: Obstacle; readonly untilMs: number } | null;
  /** When the quarantine was last gone through since something was moved there. */
  readonly tendedAtMs: number | null;
}

/** The stable codes of a re-clone. Those that begin with `reclone-` tell the others that this node is at it. */
export type RecloneReason =
  | 'reclone-announced'
  | 'reclone-stopping'
  | 'reclone-reading-wal'
  | 'reclone-set-aside'
  | 'reclone-making-space'
  | 'reclone-forbidden'
  | 'synchronous-standby'
  | 'foreign-leader'
  | 'other-node-reclones'
  | 'copy-ahead-of-leader'
  | 'copy-position-unknown'
  | 'space-short'
  | 'reclone-order-set-aside'
  | 'reclone-order-done'
  | 'reclone-order-void';

/** Why a copy that does not follow stays where it is. */
export interface Obstacle {
  readonly reason: RecloneReason;
  readonly detail: string;
}

/** A memory of nothing. */
export const noReclone: RecloneMemory = {
  leader: null,
  streamingSinceMs: null,
  unfollowedSinceMs: null,
  unmovedSinceMs: null,
  position: null,
  wasRunning: false,
  followed: null,
  dueSinceMs: null,
  rivalAtMs: null,
  refused: null,
  tendedAtMs: null,
};
