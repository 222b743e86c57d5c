/**
 * Why a call to supervisord failed.
 * `unreachable`: nobody listens or the connection broke; `timeout`: no complete answer in time; `shutdown`: supervisord is
 * going down and takes no more calls; `bad-name`: there is no such program; `fault`: any other fault that supervisord
 * reports; `protocol`: the answer was not the XML-RPC that was expected.
 */
export type SupervisorErrorCode = 'unreachable' | 'timeout' | 'shutdown' | 'bad-name' | 'fault' | 'protocol';

/** A failed call to supervisord. `faultCode` is supervisord's own number when it answered with a fault. */
export class SupervisorError extends Error {
  override readonly name = 'SupervisorError';
  readonly code: SupervisorErrorCode;
  readonly faultCode: number | null;

  constructor(
    code: SupervisorErrorCode,
    message: string,
    details: { cause?: unknown; faultCode?: number } = {},
  ) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.code = code;
    this.faultCode = details.faultCode ?? null;
  }
}
