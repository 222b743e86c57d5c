/**
 * What went wrong: `bad-fixture` (a fixture file is missing or not as documented), `unreachable` (no mock at that address),
 * `refused` (the mock explains what is wrong with a control call), `unexpected-answer` (what answered is no mock).
 */
export type MockFluxErrorCode = 'bad-fixture' | 'unreachable' | 'refused' | 'unexpected-answer';

/** The one error of this package. */
export class MockFluxError extends Error {
  override readonly name = 'MockFluxError';
  readonly code: MockFluxErrorCode;

  constructor(code: MockFluxErrorCode, message: string, cause?: unknown) {
    super(message, { cause });
    this.code = code;
  }
}
