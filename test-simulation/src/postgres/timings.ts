/** How long things take in the model, in virtual milliseconds, and how large they are. */
export const TIMINGS = {
  initdbMs: 4000,
  /** From a finished initdb to a server that `post_bootstrap` is done with. */
  postBootstrapMs: 2000,
  /** From the start of the server to hot standby. */
  startMs: 1500,
  crashRecoveryMs: 1500,
  promoteMs: 600,
  stopMs: 300,
  cloneMs: 4000,
  rewindMs: 2500,
  /** Patroni waits that long after the shutdown checkpoint before it gives the leader key away. */
  handOverMs: 1000,
  /** Of every REST call between Patronis in a leader race or a failsafe check; hard-coded in Patroni. */
  restTimeoutMs: 2000,
  etcdRetryPauseMs: 1000,
  /** How often the leader key is looked at where etcd offers no watch. */
  leaderPollMs: 2000,
  /** PostgreSQL's `wal_sender_timeout`. */
  walSenderTimeoutMs: 60_000,
  /** Backups, rewinds and a standby that catches up. */
  bytesPerMs: 50_000,
} as const;

/** Where the WAL of a new system ends. */
export const FIRST_LSN = 0x1500000;

/** What a row adds to the WAL: large, so that a few seconds of writes exceed `maximum_lag_on_failover`. */
export const ROW_BYTES = 64 * 1024;

/** What a promotion writes first on its new timeline: the end-of-recovery record. */
export const PROMOTION_BYTES = 128;

/** Patroni's default, which the agent keeps. */
export const MAXIMUM_LAG_ON_FAILOVER_BYTES = 1024 * 1024;
