import type { Socket } from 'node:net';
import { urlToHttpOptions } from 'node:url';
import { http } from '../http/node-http.ts';
import { errorCode, exchange } from '../http/send.ts';
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
  const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
  const target = { ...urlToHttpOptions(new URL(STATUS_PATH, origin)), agent, signal };
  let socket: Socket | null = null;
  const onSocket = (carrier: Socket) => {
    socket = carrier;
  };
  return {
    get(callerNonce, authorization) {
      const asked = { accept: 'application/json', [NONCE_HEADER]: callerNonce };
      const headers = authorization === null ? asked : { ...asked, authorization };
      return exchange({ ...target, headers }, { maxBodyBytes, onSocket });
    },
    judge: (error) => judgeFailure(error, socket?.bytesRead ?? 0),
    close: async () => agent.destroy(),
  };
}

function judgeFailure(error: unknown, bytesRead: number): StatusAnswer {
  const code = errorCode(error);
  const timedOut = error instanceof Error && error.name === 'TimeoutError';
  if (bytesRead > 0) {
    if (error instanceof RangeError || code.startsWith('HPE_')) {
      return present('unreadable', `no readable HTTP answer (${code})`);
    }
    return present('unfinished', timedOut ? 'the answer did not end in time' : 'the answer broke off');
  }
  if (timedOut || code === 'ETIMEDOUT') return silent('timeout', 'no answer in time');
  if (code === 'ECONNREFUSED') return silent('refused', 'connection refused');
  if (code === 'ECONNRESET' || code === 'EPIPE') {
    return silent('closed', 'connection closed without an answer');
  }
  return silent('unreachable', code);
}
