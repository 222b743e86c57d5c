import { http } from '../http/node-http.ts';
import { parseJson } from './protocol.ts';
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

/**
 * Asks the agent of this container and returns the JSON of its answer. Built on `node:http` alone, as the command that uses
 * it is started often and should start fast.
 * @throws ControlError
 */
export function readAgent(options: {
  readonly socketPath: string;
  readonly path: string;
  /** Default 5000. */
  readonly timeoutMs?: number;
}): Promise<unknown> {
  const { socketPath, path, timeoutMs = 5000 } = options;
  return new Promise((resolve, reject) => {
    const signal = AbortSignal.timeout(timeoutMs);
    const fail = (cause: unknown): void =>
      reject(
        signal.aborted
          ? new ControlError('timeout', `no answer from the agent within ${timeoutMs} ms`, cause)
          : new ControlError('unreachable', `the agent cannot be reached at ${socketPath}`, cause),
      );
    const question = http.request({ socketPath, path, signal, agent: false }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('error', fail);
      response.on('end', () => {
        const body = parseJson(Buffer.concat(chunks).toString());
        if (response.statusCode === 200 && body !== undefined) return resolve(body);
        reject(new ControlError('protocol', `the agent answered with HTTP status ${response.statusCode}`));
      });
    });
    question.on('error', fail);
    question.end();
  });
}
