import type { Readable } from 'node:stream';
import { printable } from '../answers/printable.ts';
import { DiscoveryError } from '../discovery-error.ts';
import { deadline } from './deadline.ts';
import type { Transport } from './transport.ts';

/** One GET with its limits. */
export interface JsonRequest {
  /** Without credentials and query; it appears in errors. */
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly timeoutMs: number;
  readonly maxBodyBytes: number;
  readonly transport: Transport;
  readonly signal?: AbortSignal;
}

/** A document that arrived whole, and the node that the public endpoint says it comes from. */
export interface JsonAnswer {
  readonly document: unknown;
  readonly status: number;
  readonly answeredBy?: string;
}

/** A listing of a few instances fits in. */
const FIRST_BUFFER_BYTES = 16 * 1024;

const UNDICI_TIMEOUTS = new Set([
  'UND_ERR_CONNECT_TIMEOUT',
  'UND_ERR_HEADERS_TIMEOUT',
  'UND_ERR_BODY_TIMEOUT',
]);

function errorCode(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}

function failure(error: unknown, { url, timeoutMs, signal }: JsonRequest, isOver: boolean): DiscoveryError {
  if (error instanceof DiscoveryError) return error;
  const cause = error;
  if (signal?.aborted === true) return new DiscoveryError('aborted', 'aborted by the caller', { url, cause });
  const code = errorCode(error);
  if (isOver || (code !== undefined && UNDICI_TIMEOUTS.has(code))) {
    return new DiscoveryError('timeout', `no answer within ${timeoutMs} ms`, { url, cause });
  }
  const detail = code ?? (error instanceof Error ? printable(error.message, 120) : 'unknown error');
  return new DiscoveryError('network', `no connection or a broken one (${detail})`, { url, cause });
}

/** Counts while reading, so that a huge answer never is in memory as a whole. Leaving the loop closes the connection. */
async function readText(body: Readable, asked: JsonRequest, status: number): Promise<string> {
  const { url, maxBodyBytes } = asked;
  // One buffer, since a list of pieces takes a hundred times as much when somebody sends single bytes.
  let held = Buffer.alloc(Math.min(maxBodyBytes, FIRST_BUFFER_BYTES));
  let sizeBytes = 0;
  for await (const chunk of body) {
    const bytes: Buffer = chunk;
    const neededBytes = sizeBytes + bytes.length;
    if (neededBytes > maxBodyBytes) {
      throw new DiscoveryError('too-large', `an answer of more than ${maxBodyBytes} bytes`, { url, status });
    }
    if (neededBytes > held.length) {
      const grown = Buffer.alloc(Math.min(maxBodyBytes, Math.max(neededBytes, 2 * held.length)));
      held.copy(grown, 0, 0, sizeBytes);
      held = grown;
    }
    held.set(bytes, sizeBytes);
    sizeBytes = neededBytes;
  }
  return held.toString('utf8', 0, sizeBytes);
}

function single(header: string | readonly string[] | undefined): string | undefined {
  return typeof header === 'string' ? header : header?.[0];
}

function parseJson(text: string, type: string | undefined, url: string, status: number): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    const what = printable(type ?? 'without a content type', 60);
    throw new DiscoveryError('schema', `not JSON but ${text.length} characters (${what})`, {
      url,
      status,
      cause,
    });
  }
}

function refuse(body: Readable, url: string, status: number): never {
  // Closing an unread body raises an error on it that is of no interest.
  body.on('error', () => undefined).destroy();
  throw new DiscoveryError('http', `HTTP status ${status}`, { url, status });
}

/**
 * One GET, at most `timeoutMs` from the connection to the last byte. Redirects are not followed: they would lead to
 * places that nobody configured. Throws {@link DiscoveryError}.
 */
export async function getJson(asked: JsonRequest): Promise<JsonAnswer> {
  const { url, headers, transport } = asked;
  using limit = deadline(asked.timeoutMs, asked.signal);
  const { signal } = limit;
  try {
    const { origin, pathname: path } = new URL(url);
    const response = await transport.request({ origin, path, method: 'GET', headers, signal });
    const { statusCode: status, body } = response;
    if (status < 200 || status > 299) refuse(body, url, status);
    const text = await readText(body, asked, status);
    const document = parseJson(text, single(response.headers['content-type']), url, status);
    const answeredBy = single(response.headers.fluxnode);
    return {
      document,
      status,
      ...(answeredBy === undefined ? {} : { answeredBy: printable(answeredBy, 120) }),
    };
  } catch (error) {
    throw failure(error, asked, limit.isOver());
  }
}
