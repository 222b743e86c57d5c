import { exchange } from '../http/send.ts';
import { parseJson } from '../parse-json.ts';
import type { HttpAnswer, HttpQuestion } from './unix-server.ts';

/** Answers `GET /v1/status` on the agent's own socket with what the callback gives. */
export function createControlHandler(options: {
  readonly status: () => unknown;
}): (question: HttpQuestion) => Promise<HttpAnswer> {
  return async ({ method, path }) => {
    if (path !== '/v1/status') return { status: 404, body: { reason: 'not-found' } };
    if (method !== 'GET') return { status: 405, body: { reason: 'bad-request' } };
    return { status: 200, body: await options.status() };
  };
}

/** Why the agent could not be read. `unreachable`: nobody listens; `timeout`: no answer in time; `protocol`: no JSON. */
export type ControlErrorCode = 'unreachable' | 'timeout' | 'protocol';

/** A failed question to the agent of this container. */
export class ControlError extends Error {
  override readonly name = 'ControlError';
  readonly code: ControlErrorCode;

  constructor(code: ControlErrorCode, message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.code = code;
  }
}

/** A cluster of a hundred nodes has a status of some 30 kB. */
const MAX_ANSWER_BYTES = 1024 * 1024;

/**
 * Asks the agent of this container and returns the JSON of its answer. Built on `node:http` alone, as the command that uses
 * it is started often and should start fast.
 * @throws ControlError
 */
export async function readAgent(options: {
  readonly socketPath: string;
  readonly path: string;
  /** Default 5000. */
  readonly timeoutMs?: number;
}): Promise<unknown> {
  const { socketPath, path, timeoutMs = 5000 } = options;
  const signal = AbortSignal.timeout(timeoutMs);
  const { status, body } = await exchange(
    { socketPath, path, signal, agent: false },
    { maxBodyBytes: MAX_ANSWER_BYTES },
  ).catch((cause: unknown) => {
    throw signal.aborted
      ? new ControlError('timeout', `no answer from the agent within ${timeoutMs} ms`, cause)
      : new ControlError('unreachable', `the agent cannot be reached at ${socketPath}`, cause);
  });
  const document = parseJson(body);
  if (status === 200 && document !== undefined) return document;
  throw new ControlError('protocol', `the agent answered with HTTP status ${status}`);
}
