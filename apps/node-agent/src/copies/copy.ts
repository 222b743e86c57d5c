/** A place in the WAL: the LSN as PostgreSQL prints it, on the timeline that wrote it. */
export interface WalPosition {
  readonly timeline: number;
  readonly lsn: string;
}

/** What one node's volume holds of PostgreSQL, as the node itself told it. Plain data. */
export interface Copy {
  readonly nodeId: string;
  /** Null where a rewind was cut short, which does not tell. */
  readonly systemId: string | null;
  /** The end of valid WAL on disk; null where it could not be told. */
  readonly walEnd: WalPosition | null;
  /** The control file's word for it, such as `shut down`. */
  readonly controlState: string;
  /** False where the copy's own WAL cannot bring it to a consistent state, see {@link reachesConsistency}. */
  readonly consistent: boolean;
  /** The ancestors of the newest timeline that the copy knows, oldest first, each with where it was left. */
  readonly history: readonly { readonly timeline: number; readonly switchLsn: string }[];
  /** What was cut short on it, if anything. */
  readonly unfinished: 'clone' | 'rewind' | 'initdb' | null;
  /** An older state of the volume was put back, so that rows that this node once acknowledged are missing. */
  readonly restored: boolean;
  /** What the PostgreSQL that runs on it says; null while none does. */
  readonly running: (WalPosition & { readonly role: string }) | null;
}
