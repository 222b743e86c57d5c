import type { Socket } from 'node:net';
import { buildConnector, Client, errors } from 'undici';
import { NONCE_HEADER, STATUS_PATH } from './protocol.ts';
import type { RawResponse } from './read-response.ts';
import { present, type StatusAnswer, silent } from './status-answer.ts';

/** One connection to a peer for the length of one question. */
export interface Connection {
  readonly get: (callerNonce: string, authorization: string | null) => Promise<RawResponse>;
  /** What a failed `get` says about the peer. */
  readonly judge: (error: unknown) => StatusAnswer;
  readonly close: () => Promise<void>;
}

/** How far a connection may go. */
export interface ConnectionLimits {
  readonly signal: AbortSignal;
  readonly maxBodyBytes: number;
}

/**
 * Connects when first used. No connection outlives its question: an old one would say who was at the address when it was
 * opened, and when it breaks one could not tell an answer that began from a peer that is gone.
 */
export function openConnection(origin: string, { signal, maxBodyBytes }: ConnectionLimits): Connection {
  const connector = buildConnector({});
  let socket: Socket | null = null;
  const client = new Client(origin, {
    connect: (options, callback) =>
      connector(options, (...outcome) => {
        socket = outcome[1];
        callback(...outcome);
      }),
    maxResponseSize: maxBodyBytes,
    // The signal limits the whole question; the limits of the parts would only come in between.
    headersTimeout: 0,
    bodyTimeout: 0,
  });
  return {
    async get(callerNonce, authorization) {
      const headers = { accept: 'application/json', [NONCE_HEADER]: callerNonce };
      const { statusCode, body } = await client.request({
        method: 'GET',
        path: STATUS_PATH,
        headers: authorization === null ? headers : { ...headers, authorization },
        signal,
      });
      return { status: statusCode, body: await body.text() };
    },
    judge: (error) => judgeFailure(error, socket?.bytesRead ?? 0),
    close: () => client.destroy(),
  };
}

const unreadable: ReadonlySet<string> = new Set([
  'UND_ERR_HEADERS_OVERFLOW',
  'UND_ERR_RES_EXCEEDED_MAX_SIZE',
  'UND_ERR_RES_CONTENT_LENGTH_MISMATCH',
]);

function judgeFailure(error: unknown, bytesRead: number): StatusAnswer {
  const code = errorCode(error);
  const timedOut =
    code === 'UND_ERR_CONNECT_TIMEOUT' || (error instanceof Error && error.name === 'TimeoutError');
  if (bytesRead > 0) {
    if (error instanceof errors.HTTPParserError || unreadable.has(code)) {
      return present('unreadable', `no readable HTTP answer (${code})`);
    }
    return present('unfinished', timedOut ? 'the answer did not end in time' : 'the answer broke off');
  }
  if (timedOut || code === 'ETIMEDOUT') return silent('timeout', 'no answer in time');
  if (code === 'ECONNREFUSED') return silent('refused', 'connection refused');
  if (code === 'UND_ERR_SOCKET' || code === 'ECONNRESET' || code === 'EPIPE') {
    return silent('closed', 'connection closed without an answer');
  }
  return silent('unreachable', code);
}

function errorCode(error: unknown): string {
  const code = typeof error === 'object' && error !== null ? Reflect.get(error, 'code') : undefined;
  return typeof code === 'string' ? code : 'unknown';
}
