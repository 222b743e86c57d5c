/**
 * Why the volume could not be used.
 * `io`: a system call failed; `not-a-directory`: something else is where a directory belongs; `unknown-user`: `/etc/passwd`
 * has no such user; `not-movable`: a path cannot be renamed into the quarantine, for instance because it is a mount itself.
 */
export type VolumeErrorCode = 'io' | 'not-a-directory' | 'unknown-user' | 'not-movable';

/** A failed operation on the volume. */
export class VolumeError extends Error {
  override readonly name = 'VolumeError';
  readonly code: VolumeErrorCode;

  constructor(code: VolumeErrorCode, message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.code = code;
  }
}

/** The errno name of a failed system call, or null. */
export function errnoOf(error: unknown): string | null {
  const code = error instanceof Error ? Reflect.get(error, 'code') : undefined;
  return typeof code === 'string' ? code : null;
}
