/** Why keys or certificates could not be made or read. */
export type PkiErrorCode = 'invalid-input' | 'unreadable-certificate' | 'crypto';

/** The error of this package. Messages never hold a secret. */
export class PkiError extends Error {
  override readonly name = 'PkiError';
  readonly code: PkiErrorCode;

  constructor(code: PkiErrorCode, message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.code = code;
  }
}
