/**
 * What went wrong: `timeout` (a condition was not met in time), `exec` (a command in a container failed), `engine` (Docker
 * refused), `no-container` (the node has none at the moment), `rows-lost` (an acknowledged row is not there).
 */
export type HarnessErrorCode = 'timeout' | 'exec' | 'engine' | 'no-container' | 'rows-lost';

/** The one error of this package. */
export class HarnessError extends Error {
  override readonly name = 'HarnessError';
  readonly code: HarnessErrorCode;

  constructor(code: HarnessErrorCode, message: string, cause?: unknown) {
    super(message, { cause });
    this.code = code;
  }
}
