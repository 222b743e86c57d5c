import type { Readable } from 'node:stream';
import { type ClientSettings, positive } from './client-options.ts';
import { PatroniError } from './patroni-error.ts';
import { printable } from './printable.ts';
import type { Transport } from './transport.ts';

/** Options of one call. */
export interface CallOptions {
  /** Ends the call with an error of code `aborted`. */
  readonly signal?: AbortSignal;
  /** Instead of the client's `requestTimeoutMs`. */
  readonly timeoutMs?: number;
}

/** One request. */
export interface Call {
  readonly method: 'GET' | 'PATCH' | 'POST';
  /** From the base URL on, with the query. */
  readonly path: string;
  readonly body?: Readonly<Record<string, unknown>>;
  readonly options: CallOptions;
}

/** What carries a call. */
export interface Means {
  readonly settings: ClientSettings;
  readonly transport: Transport;
}

/** An answer that arrived whole, whatever its status. */
export interface Answer {
  readonly status: number;
  readonly text: string;
}

const UNDICI_TIMEOUTS = new Set([
  'UND_ERR_CONNECT_TIMEOUT',
  'UND_ERR_HEADERS_TIMEOUT',
  'UND_ERR_BODY_TIMEOUT',
]);
const TOO_LARGE = new Set([
  'UND_ERR_RES_EXCEEDED_MAX_SIZE',
  'UND_ERR_HEADERS_OVERFLOW',
  'HPE_HEADER_OVERFLOW',
]);

/** How errors name a call. */
export function describeCall({ method, path }: Call, { origin, pathPrefix }: ClientSettings): string {
  return `${method} ${origin}${pathPrefix}${path}`;
}

function errorCode(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}

interface Signals {
  readonly timeout: AbortSignal;
  readonly caller: AbortSignal | undefined;
}

function failure(error: unknown, named: string, timeoutMs: number, signals: Signals): PatroniError {
  if (error instanceof PatroniError) return error;
  const details = { call: named, cause: error };
  if (signals.caller?.aborted === true) return new PatroniError('aborted', 'aborted by the caller', details);
  if (signals.timeout.aborted)
    return new PatroniError('timeout', `no answer within ${timeoutMs} ms`, details);
  const code = errorCode(error);
  if (code !== undefined && UNDICI_TIMEOUTS.has(code))
    return new PatroniError('timeout', `no answer in time (${code})`, details);
  if (code !== undefined && TOO_LARGE.has(code))
    return new PatroniError('too-large', 'an answer that is too large', details);
  const detail = code ?? (error instanceof Error ? printable(error.message, 120) : 'unknown error');
  return new PatroniError('network', `no connection or a broken one (${detail})`, details);
}

/** Counts while reading, so that a huge answer never is in memory as a whole. Leaving the loop closes the connection. */
async function readText(
  { body, statusCode: status }: { readonly body: Readable; readonly statusCode: number },
  maxBodyBytes: number,
  named: string,
): Promise<string> {
  const chunks: Buffer[] = [];
  let sizeBytes = 0;
  for await (const chunk of body) {
    const bytes: Buffer = chunk;
    sizeBytes += bytes.length;
    if (sizeBytes > maxBodyBytes)
      throw new PatroniError('too-large', `an answer of more than ${maxBodyBytes} bytes`, {
        call: named,
        status,
      });
    chunks.push(bytes);
  }
  return Buffer.concat(chunks).toString('utf8');
}

/** undici looks at the signal only once a request has a connection; it then drops an aborted one instead of sending it. */
function abortion(signal: AbortSignal): Promise<never> {
  return new Promise((_resolve, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason), { once: true });
  });
}

function headersFor(call: Call, { authorization }: ClientSettings): Record<string, string> {
  return {
    accept: 'application/json',
    ...(call.body === undefined ? {} : { 'content-type': 'application/json' }),
    ...(call.method === 'GET' || authorization === undefined ? {} : { authorization }),
  };
}

/**
 * One request, at most the timeout from the connection to the last byte; nothing is repeated and redirects are not followed.
 * @throws PatroniError `timeout`, `network`, `aborted` or `too-large`
 */
export async function exchange(call: Call, { settings, transport }: Means): Promise<Answer> {
  const timeoutMs = positive(call.options.timeoutMs ?? settings.requestTimeoutMs, 'timeoutMs');
  const timeout = AbortSignal.timeout(timeoutMs);
  const caller = call.options.signal;
  const signal = caller === undefined ? timeout : AbortSignal.any([caller, timeout]);
  const named = describeCall(call, settings);
  try {
    signal.throwIfAborted();
    const asked = transport.request({
      origin: settings.origin,
      path: `${settings.pathPrefix}${call.path}`,
      method: call.method,
      headers: headersFor(call, settings),
      body: call.body === undefined ? null : JSON.stringify(call.body),
      // A connection for each request: one kept alive would break when Patroni restarts, after the next request was sent.
      reset: true,
      signal,
    });
    const response = await Promise.race([asked, abortion(signal)]);
    return { status: response.statusCode, text: await readText(response, settings.maxBodyBytes, named) };
  } catch (error) {
    throw failure(error, named, timeoutMs, { timeout, caller });
  }
}
