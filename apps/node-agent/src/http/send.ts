import type { IncomingMessage, RequestOptions } from 'node:http';
import type { Socket } from 'node:net';
import { http, https } from './node-http.ts';

/** A body to send, and who wants to know the connection that carries it. */
export interface SendDetails {
  readonly body?: string | null;
  readonly onSocket?: (socket: Socket) => void;
}

/** An answer that arrived whole. */
export interface Answer {
  readonly status: number;
  readonly body: string;
}

/**
 * Sends one request and resolves with the head of its answer, whose body is to be read. Nothing is repeated and no redirect
 * is followed. Errors, of the body too, are Node's own with their codes, or the reason of the signal.
 *
 * The agent has 80 MB, and stays within it only while V8 compiles nothing (`--lite-mode`, see supervisord.conf). There is no
 * WebAssembly then, and so neither undici nor `fetch`, which read HTTP with it, work in this process.
 */
export function send(options: RequestOptions, details: SendDetails = {}): Promise<IncomingMessage> {
  const { protocol, signal } = options;
  return new Promise((resolve, reject) => {
    if (signal?.aborted === true) return reject(signal.reason);
    let answer: IncomingMessage | null = null;
    const { request } = protocol === 'https:' ? https : http;
    const sent = request(options, (begun) => {
      // Who reads the body learns of errors by reading; whoever does not has no use for them.
      answer = begun.on('error', () => undefined);
      resolve(begun);
    });
    sent.on('error', (error) => {
      const reason = signal?.aborted === true ? signal.reason : error;
      answer?.destroy(reason);
      reject(reason);
    });
    if (details.onSocket !== undefined) sent.once('socket', details.onSocket);
    sent.end(details.body ?? undefined);
  });
}

/**
 * Sends one request and reads the answer, of which the body may have so many bytes. Errors are those of {@link send}.
 * @throws RangeError when the body is longer
 */
export async function exchange(
  options: RequestOptions,
  { maxBodyBytes, ...details }: SendDetails & { readonly maxBodyBytes: number },
): Promise<Answer> {
  const answer = await send(options, details);
  const chunks: Buffer[] = [];
  let sizeBytes = 0;
  // Leaving the loop closes the connection.
  for await (const chunk of answer) {
    const bytes: Buffer = chunk;
    sizeBytes += bytes.length;
    if (sizeBytes > maxBodyBytes) throw new RangeError(`a body of more than ${maxBodyBytes} bytes`);
    chunks.push(bytes);
  }
  return { status: answer.statusCode ?? 0, body: Buffer.concat(chunks).toString('utf8') };
}

/** The code of an error, such as `ECONNREFUSED`; those that begin with `HPE_` say that the answer is not HTTP. */
export function errorCode(error: unknown): string {
  const code = typeof error === 'object' && error !== null ? Reflect.get(error, 'code') : undefined;
  return typeof code === 'string' ? code : 'unknown';
}
