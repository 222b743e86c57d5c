import type { IncomingMessage } from 'node:http';
import { urlToHttpOptions } from 'node:url';
import { send } from './send.ts';

/** A request as the clients of Flux and of Patroni hand it over. */
export interface TransportRequest {
  readonly origin: string;
  /** With the query. */
  readonly path: string;
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string | null;
  readonly signal: AbortSignal;
}

/** The head of an answer, and its body to be read. */
export interface TransportResponse {
  readonly statusCode: number;
  readonly headers: IncomingMessage['headers'];
  readonly body: IncomingMessage;
}

/** Carries the requests of clients that would use undici otherwise, see {@link send}; each has a connection of its own. */
export const transport = {
  async request(asked: TransportRequest): Promise<TransportResponse> {
    const { method, headers, signal, body = null } = asked;
    const target = urlToHttpOptions(new URL(asked.path, asked.origin));
    const answer = await send({ ...target, method, headers, signal, agent: false }, { body });
    return { statusCode: answer.statusCode ?? 0, headers: answer.headers, body: answer };
  },
};
