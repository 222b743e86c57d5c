import { setTimeout as delay } from 'node:timers/promises';
import { HarnessError } from './harness-error.ts';

/** A line about anything that was thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** How long to wait, and how often to look. */
export interface Patience {
  readonly timeoutMs: number;
  readonly intervalMs?: number;
}

/**
 * Asks until something other than `undefined` comes back; an error counts as not yet. Throws `timeout` with the last error.
 *
 * @param what - completes the sentence "did not happen in time: …".
 */
export async function until<T>(
  what: string,
  { timeoutMs, intervalMs = 300 }: Patience,
  probe: () => Promise<T | undefined>,
): Promise<T> {
  const deadlineMs = performance.now() + timeoutMs;
  let last: unknown;
  for (;;) {
    try {
      const answer = await probe();
      if (answer !== undefined) return answer;
    } catch (error) {
      last = error;
    }
    if (performance.now() >= deadlineMs) break;
    await delay(intervalMs);
  }
  const detail = last === undefined ? '' : `: ${messageOf(last)}`;
  throw new HarnessError('timeout', `did not happen within ${timeoutMs} ms: ${what}${detail}`, last);
}

/** The promise's value, or `timeout` when it takes longer. */
export async function within<T>(what: string, timeoutMs: number, work: Promise<T>): Promise<T> {
  const stop = new AbortController();
  const late = delay(timeoutMs, undefined, { signal: stop.signal }).then(() => {
    throw new HarnessError('timeout', `${what} took longer than ${timeoutMs} ms`);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    late.catch(() => undefined);
    stop.abort();
  }
}
