/**
 * What went wrong. `usage`: no such command; `command`: a program that should work failed; `engine`: no Docker engine;
 * `compose`: no Compose; `image`: an image cannot be had; `port-taken`: a port of the local cluster is in use;
 * `not-formed`: the local cluster did not come together in time.
 */
export type DevErrorCode = 'usage' | 'command' | 'engine' | 'compose' | 'image' | 'port-taken' | 'not-formed';

/** A failure as a person needs it: the step, the cause (the message), and the mend. */
export class DevError extends Error {
  override readonly name = 'DevError';
  readonly code: DevErrorCode;
  readonly step: string;
  readonly mend: string;

  constructor(
    code: DevErrorCode,
    told: {
      readonly step: string;
      readonly cause: string;
      readonly mend: string;
    },
    cause?: unknown,
  ) {
    super(told.cause, cause === undefined ? undefined : { cause });
    this.code = code;
    this.step = told.step;
    this.mend = told.mend;
  }
}

function indented(text: string): string {
  return text.trim().replaceAll('\n', '\n        ');
}

/** The three lines that every failure ends with. */
export function formatFailure(error: unknown): string {
  if (error instanceof DevError) {
    return `FAILED  ${error.step}\ncause   ${indented(error.message)}\nmend    ${indented(error.mend)}`;
  }
  const cause = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return `FAILED  apps/dev itself\ncause   ${indented(cause)}\nmend    this is a bug; please report it with these lines`;
}
