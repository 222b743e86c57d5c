/**
 * Why the router could not be read or changed.
 * `unreachable`: nobody listens or the connection broke; `timeout`: no complete answer in time; `refused`: HAProxy answered a
 * command with an error; `protocol`: the answer was not what the command is known to answer; `invalid`: a server was asked
 * for that no command may carry, or a backend that the configuration does not have.
 */
export type RouterErrorCode = 'unreachable' | 'timeout' | 'refused' | 'protocol' | 'invalid';

/** A failed exchange with HAProxy's runtime API. */
export class RouterError extends Error {
  override readonly name = 'RouterError';
  readonly code: RouterErrorCode;

  constructor(code: RouterErrorCode, message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.code = code;
  }
}
