import type { Mirror } from '../identity/mirror.ts';
import type { NodeState } from '../identity/node-state.ts';
import type { Adoption, PostgresData, QuarantineEntry, Release } from '../volume/index.ts';

/** What data is on the volume. */
export interface VolumeInspection {
  readonly postgres: PostgresData;
  /** A PGDATA at the volume's root, as flux-pg-cluster 1.x has it. */
  readonly atRoot: boolean;
  /** Its major version; null where there is none or it cannot be read. */
  readonly atRootMajorVersion: number | null;
  readonly etcdData: boolean;
  /** A whole copy, or what may be one, lies in the quarantine; null where that cannot be read. */
  readonly setAside: boolean | null;
  /** What can still be written; null where the file system does not tell. */
  readonly freeBytes: number | null;
}

/** When this node last completed a tick, by the wall clock in milliseconds. */
export interface Stamp {
  readonly wallMs: number;
  /** By when it was last listed, or in contact with all members: nobody can have gone on without it before. */
  readonly assuredWallMs: number;
}

/** What goes on in PGDATA. */
export interface Activity {
  readonly patroniAlive: boolean;
  /** The timeline of the PostgreSQL that runs on it; null while none does. */
  readonly runningTimeline?: number | null;
}

/** The volume as the loop uses it: persisted promises, the mirror of etcd, and what data is there. */
export interface VolumePort {
  /** As last written; every write is fsynced before it can be told. */
  readonly state: () => NodeState;
  /** A list of start ids that does not end with the last one is ignored, so that none can get lost. */
  readonly writeState: (state: NodeState) => Promise<void>;
  /** The last start id of the state's list: of this start, or renewed since. */
  readonly startId: () => string;
  /** Gives a start that has lasted a new id, so that a backup from before can be told from it. */
  readonly renewStartId: () => Promise<void>;
  readonly mirror: () => Mirror | null;
  readonly writeMirror: (mirror: Mirror) => Promise<void>;
  /** The last stamp before this start; null where it is not known. */
  readonly stampAtOpen: () => Stamp | null;
  /** Remembers a completed tick; the caller limits the rate. */
  readonly writeStamp: (stamp: Stamp) => Promise<void>;
  /**
   * PGDATA is read while Patroni is not at work on it, and again when PostgreSQL runs on another timeline than before, so
   * that a fresh clone and a promotion are known; in between the last reading stands, but for the WAL's end.
   */
  readonly inspect: (now: Activity) => Promise<VolumeInspection>;
  readonly setAsidePostgres: (why: string) => Promise<void>;
  readonly quarantineEtcd: (incarnation: string) => Promise<void>;
  /** Moves a PGDATA at the root into `pgdata`; an interrupted one is taken up again here and at each start. */
  readonly adoptRootData: () => Promise<Adoption>;
  /** What was moved aside, with sizes that are counted anew: not for every tick. */
  readonly quarantine: () => Promise<readonly QuarantineEntry[]>;
  /** The caller has seen that a streaming leader's history contains this copy, or that a person has given it up. */
  readonly markContained: (name: string) => Promise<void>;
  readonly releaseQuarantine: (wanted: { readonly keepBytesFree: number }) => Promise<Release>;
}
