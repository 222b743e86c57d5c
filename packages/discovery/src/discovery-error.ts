/**
 * Why there is no answer: `timeout` (none in time), `network` (refused, reset, unresolvable), `http` (a status other than
 * 2xx, redirects included), `envelope` (Flux says `"status":"error"`, which it does with HTTP 200), `schema` (not JSON, or not
 * the documented shape), `too-large` (more bytes or entries than allowed), `aborted` (by the caller's signal).
 */
export type DiscoveryErrorCode =
  | 'timeout'
  | 'network'
  | 'http'
  | 'envelope'
  | 'schema'
  | 'too-large'
  | 'aborted';

/** What a {@link DiscoveryError} carries beside its code and reason. */
export interface DiscoveryErrorDetails {
  /** The address asked, without credentials and query. */
  readonly url: string;
  /** The HTTP status, where there was an answer. */
  readonly status?: number;
  /** The error underneath; an `AggregateError` for several attempts. */
  readonly cause?: unknown;
}

/** The one error of this package. Neither its message nor its fields contain credentials. */
export class DiscoveryError extends Error {
  /** Always the same, also where classes are loaded twice and `instanceof` fails. */
  override readonly name = 'DiscoveryError';
  /** What kind of failure it is. */
  readonly code: DiscoveryErrorCode;
  /** What went wrong; the message is this and the URL. */
  readonly reason: string;
  /** The address asked, without credentials and query. */
  readonly url: string;
  /** The HTTP status, where there was an answer. */
  readonly status?: number;

  /** For sources of one's own. `reason` and `url` must not contain credentials. */
  constructor(code: DiscoveryErrorCode, reason: string, details: DiscoveryErrorDetails) {
    const { url, status, cause } = details;
    super(`${url}: ${reason}`, { cause });
    this.code = code;
    this.reason = reason;
    this.url = url;
    if (status !== undefined) this.status = status;
  }
}

/** The later in this list, the more an error says about what is wrong: a wrong answer says more than silence. */
const telling: readonly DiscoveryErrorCode[] = [
  'network',
  'timeout',
  'http',
  'schema',
  'too-large',
  'envelope',
  'aborted',
];

/** One error for several failed attempts: the most telling one, the later of equals; all of them are in `cause.errors`. */
export function combinedError(failures: readonly [DiscoveryError, ...DiscoveryError[]]): DiscoveryError {
  const [first, ...rest] = failures;
  if (rest.length === 0) return first;
  const { code, reason, url, status } = rest.reduce(
    (best, error) => (telling.indexOf(error.code) >= telling.indexOf(best.code) ? error : best),
    first,
  );
  const cause = new AggregateError(failures, failures.map(({ message }) => message).join('; '));
  const details = { url, cause, ...(status === undefined ? {} : { status }) };
  return new DiscoveryError(code, `${reason} (${failures.length} attempts failed)`, details);
}
