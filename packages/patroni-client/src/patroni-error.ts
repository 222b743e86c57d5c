/**
 * Why a call failed. No answer: `timeout` (none in time), `network` (refused, reset, TLS not trusted), `aborted` (by the
 * caller's signal). An answer of Patroni's: `unauthorized` (401), `forbidden` (403), `rejected` (another 4xx: the request
 * makes no sense now, the reason says why), `unavailable` (5xx: it cannot, or cannot say whether it did). An answer that is not
 * to be used: `schema` (not the documented shape, or no status that Patroni sends), `too-large`.
 */
export type PatroniErrorCode =
  | 'timeout'
  | 'network'
  | 'aborted'
  | 'unauthorized'
  | 'forbidden'
  | 'rejected'
  | 'unavailable'
  | 'schema'
  | 'too-large';

/** What a {@link PatroniError} carries beside its code and reason. */
export interface PatroniErrorDetails {
  /** Method and address, without credentials. */
  readonly call: string;
  readonly status?: number;
  readonly cause?: unknown;
}

/**
 * The one error of this package. Neither its message nor its fields contain credentials. After `timeout`, `network`, `aborted`
 * and `unavailable` a request that changes something may have taken effect all the same.
 */
export class PatroniError extends Error {
  override readonly name = 'PatroniError';
  readonly code: PatroniErrorCode;
  /** What went wrong, in Patroni's words where it gave any; the message is this and the call. */
  readonly reason: string;
  /** The HTTP status, where there was an answer. */
  readonly status?: number;

  constructor(code: PatroniErrorCode, reason: string, { call, status, cause }: PatroniErrorDetails) {
    super(`${call}: ${reason}`, cause === undefined ? undefined : { cause });
    this.code = code;
    this.reason = reason;
    if (status !== undefined) this.status = status;
  }
}
