/**
 * Why a call failed. `timeout` and `unavailable` say nothing about whether a write was applied; all others mean that it was
 * not. `unauthenticated` covers certificates that either side refuses, `not-leader` a `moveLeader` sent to a follower.
 */
export type EtcdErrorCode =
  | 'timeout'
  | 'unavailable'
  | 'unhealthy-cluster'
  | 'learner-not-ready'
  | 'not-a-learner'
  | 'already-exists'
  | 'too-many-learners'
  | 'member-not-found'
  | 'no-leader'
  | 'not-leader'
  | 'not-supported-for-learner'
  | 'no-space'
  | 'unauthenticated'
  | 'closed'
  | 'unknown';

/** The one error of the port and of its in-memory model. */
export class EtcdError extends Error {
  override readonly name = 'EtcdError';
  readonly code: EtcdErrorCode;

  constructor(code: EtcdErrorCode, message: string, options?: { readonly cause?: unknown }) {
    super(message, options);
    this.code = code;
  }
}

/**
 * etcd's texts, most specific first. The client library drops status codes, and etcd has changed them between releases
 * while keeping the texts.
 */
const texts: readonly (readonly [EtcdErrorCode, RegExp])[] = [
  ['learner-not-ready', /learner member which is in sync with leader/],
  ['not-a-learner', /can only promote a learner member/],
  ['unhealthy-cluster', /unhealthy cluster|not enough started members/],
  ['already-exists', /member ID already exist|Peer URLs already exists/],
  ['too-many-learners', /too many learner members/],
  ['member-not-found', /member not found/],
  ['not-supported-for-learner', /rpc not supported for learner/],
  ['not-leader', /etcdserver: not leader/],
  ['no-leader', /etcdserver: no leader/],
  ['no-space', /database space exceeded/],
  ['unauthenticated', /invalid auth token|permission denied|authentication failed|user name is empty/],
  ['unauthenticated', /certificate|ERR_TLS|ERR_SSL|alert (number|bad|unknown|handshake)/i],
  ['timeout', /etcdserver: request timed out|context deadline exceeded|DEADLINE_EXCEEDED/],
  [
    'unavailable',
    /UNAVAILABLE|CANCELLED|RST_STREAM|etcdserver: (server stopped|leader changed|too many requests)/,
  ],
];

/** Maps whatever a call was rejected with to an {@link EtcdError}, by its text. */
export function toEtcdError(cause: unknown): EtcdError {
  if (cause instanceof EtcdError) return cause;
  const message = cause instanceof Error ? cause.message : String(cause);
  const code = texts.find(([, text]) => text.test(message))?.[0] ?? 'unknown';
  return new EtcdError(code, message, { cause });
}
