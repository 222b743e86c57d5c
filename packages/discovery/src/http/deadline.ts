/** The signal of one request. Disposing of it leaves no timer and no listener behind. */
export interface Deadline extends Disposable {
  /** Aborted when the time is over or the caller aborts. */
  readonly signal: AbortSignal;
  readonly isOver: () => boolean;
}

/**
 * Starts a deadline. `AbortSignal.any` and `AbortSignal.timeout` would keep each request's listeners until they fire, for as
 * long as a caller's signal lives: a watch that runs for months would grow.
 */
export function deadline(timeoutMs: number, caller: AbortSignal | undefined): Deadline {
  const controller = new AbortController();
  let isOver = false;
  const timer = setTimeout(() => {
    isOver = true;
    controller.abort(new DOMException(`no answer within ${timeoutMs} ms`, 'TimeoutError'));
  }, timeoutMs);
  const forward = () => controller.abort(caller?.reason);
  if (caller?.aborted === true) forward();
  caller?.addEventListener('abort', forward, { once: true });
  return {
    signal: controller.signal,
    isOver: () => isOver,
    [Symbol.dispose]: () => {
      clearTimeout(timer);
      caller?.removeEventListener('abort', forward);
    },
  };
}
