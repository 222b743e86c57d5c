import type { z } from 'zod';
import { exchange } from '../http/send.ts';
import { parseJson } from '../parse-json.ts';
import type { HttpAnswer, HttpQuestion } from './unix-server.ts';

/**
 * What is asked for, as JSON in base64url. It is a header, as the announcement of a status request is, since the server
 * takes no bodies.
 */
const ORDER_HEADER = 'x-flux-pg-order';

/** Answers what was sent to one path, or refuses it as malformed. */
export type ControlCommand = (sent: unknown) => Promise<HttpAnswer>;

/** A command that takes only what its schema admits. */
export function controlCommand<Request>(
  schema: z.ZodType<Request>,
  answer: (request: Request) => Promise<unknown>,
): ControlCommand {
  return async (sent) => {
    const request = schema.safeParse(sent);
    if (!request.success) return { status: 400, body: { reason: 'bad-request' } };
    return { status: 200, body: await answer(request.data) };
  };
}

function decodeOrder(header: string | string[] | undefined): unknown {
  return typeof header === 'string'
    ? parseJson(Buffer.from(header, 'base64url').toString('utf8'))
    : undefined;
}

/** Answers on the agent's own socket: `GET /v1/status` with what the callback gives, and `POST` to each command's path. */
export function createControlHandler(options: {
  readonly status: () => unknown;
  readonly commands?: Readonly<Record<string, ControlCommand>>;
}): (question: HttpQuestion) => Promise<HttpAnswer> {
  const commands = new Map(Object.entries(options.commands ?? {}));
  return async ({ method, path, headers }) => {
    const command = commands.get(path);
    if (path !== '/v1/status' && command === undefined) {
      return { status: 404, body: { reason: 'not-found' } };
    }
    if (method !== (command === undefined ? 'GET' : 'POST')) {
      return { status: 405, body: { reason: 'bad-request' } };
    }
    return command === undefined
      ? { status: 200, body: await options.status() }
      : command(decodeOrder(headers[ORDER_HEADER]));
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

/** A question to the agent of this container. */
export interface ControlQuestion {
  readonly socketPath: string;
  readonly path: string;
  /** Default 5000. */
  readonly timeoutMs?: number;
}

async function ask(
  { socketPath, path, timeoutMs = 5000 }: ControlQuestion,
  request: { readonly method: string; readonly headers: Readonly<Record<string, string>> },
): Promise<unknown> {
  const signal = AbortSignal.timeout(timeoutMs);
  const { status, body } = await exchange(
    { socketPath, path, signal, agent: false, method: request.method, headers: { ...request.headers } },
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

/**
 * Asks the agent of this container and returns the JSON of its answer. Built on `node:http` alone, as the command that uses
 * it is started often and should start fast.
 * @throws ControlError
 */
export async function readAgent(question: ControlQuestion): Promise<unknown> {
  return ask(question, { method: 'GET', headers: {} });
}

/**
 * Gives the agent of this container a command and returns the JSON of its answer. After a `timeout` the command may have
 * been carried out.
 * @throws ControlError
 */
export async function commandAgent(
  question: ControlQuestion & { readonly order: unknown },
): Promise<unknown> {
  const order = Buffer.from(JSON.stringify(question.order)).toString('base64url');
  return ask(question, { method: 'POST', headers: { [ORDER_HEADER]: order } });
}
