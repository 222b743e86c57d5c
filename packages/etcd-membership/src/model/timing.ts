/** Virtual time. */
export interface EtcdModelClock {
  nowMs(): number;
  /** Resolves once `nowMs` has advanced by at least `ms`. */
  sleep(ms: number): Promise<void>;
}

/** Durations and limits of the modelled etcds. */
export interface EtcdModelTiming {
  /**
   * From the moment that a quorum can talk until it has a leader, and from the moment that a leader has lost its quorum until
   * it gives up; with a source of randomness both take up to twice that, so that there may be two leaders for a while.
   */
  readonly electionMs: number;
  /** From the moment that a member is connected to the leader until it has its log. */
  readonly catchUpMs: number;
  /** How long a call waits for an answer, and for a leader. */
  readonly requestTimeoutMs: number;
  readonly quotaBytes: number;
}

/** etcd as this product configures it. */
export const DEFAULT_TIMING: EtcdModelTiming = {
  electionMs: 3000,
  catchUpMs: 500,
  requestTimeoutMs: 2000,
  quotaBytes: 2 * 1024 ** 3,
};
