import { randomBytes } from 'node:crypto';
import { type Connection, openConnection } from './connection.ts';
import { encodeCredentials, formatDialled, MIN_KEY_BYTES, NONCE_BYTES, requestMac } from './protocol.ts';
import { type ReadResponse, readResponse } from './read-response.ts';
import { present, type StatusAnswer } from './status-answer.ts';
import { MAX_DOCUMENT_BYTES } from './status-handler.ts';

/** Who asks, with which key, and how long one question may take in all. */
export interface StatusClientOptions {
  readonly statusKey: Uint8Array;
  readonly appName: string;
  /** What this node tells about itself to those it asks: small, and anything that JSON can carry. */
  readonly announcement: () => unknown;
  readonly requestTimeoutMs: number;
  /** Default 64 KiB. */
  readonly maxDocumentBytes?: number;
}

/** Asks other nodes for their status. */
export interface StatusClient {
  /** Never throws: whatever happens at the address is an answer. Hosts are IP addresses. */
  readonly ask: (target: { readonly host: string; readonly port: number }) => Promise<StatusAnswer>;
  /** Ends the questions under way, which then count as silent or unfinished. */
  readonly close: () => Promise<void>;
}

/** Server nonces that are remembered; an app has at most 100 instances. */
const MAX_KNOWN_NONCES = 256;

/**
 * A question takes one round trip when the nonce of an earlier answer still holds, else two. The peer always proves itself
 * before it learns the announcement: by its challenge, or by the signed answer that the nonce came from.
 */
export function createStatusClient(options: StatusClientOptions): StatusClient {
  const { statusKey, appName, maxDocumentBytes = MAX_DOCUMENT_BYTES } = options;
  if (statusKey.length < MIN_KEY_BYTES)
    throw new TypeError(`a status key has at least ${MIN_KEY_BYTES} bytes`);
  const knownNonces = new Map<string, string>();
  const open = new Set<Connection>();

  async function question(connection: Connection, dialled: string, serverNonce: string | null) {
    const callerNonce = randomBytes(NONCE_BYTES).toString('hex');
    const startedAtMs = performance.now();
    let authorization: string | null = null;
    if (serverNonce !== null) {
      const request = { callerNonce, serverNonce, dialled, caller: JSON.stringify(options.announcement()) };
      authorization = encodeCredentials({ ...request, mac: requestMac(statusKey, appName, request) });
    }
    const response = await connection.get(callerNonce, authorization);
    const roundTripMs = performance.now() - startedAtMs;
    const asked = { statusKey, appName, callerNonce, serverNonce, maxDocumentBytes };
    return { read: readResponse(response, asked), roundTripMs };
  }

  async function converse(connection: Connection, dialled: string): Promise<StatusAnswer> {
    const known = knownNonces.get(dialled) ?? null;
    let { read, roundTripMs } = await question(connection, dialled, known);
    if (read.kind === 'challenge') {
      ({ read, roundTripMs } = await question(connection, dialled, read.serverNonce));
    }
    remember(dialled, read);
    if (read.kind === 'document') return { kind: 'authenticated', document: read.document, roundTripMs };
    return read.kind === 'other'
      ? read.answer
      : present('unverifiable', 'the peer refuses the proof of this node');
  }

  function remember(dialled: string, read: ReadResponse): void {
    knownNonces.delete(dialled);
    if (read.kind !== 'document') return;
    knownNonces.set(dialled, read.nextNonce);
    const [oldest] = knownNonces.keys();
    if (knownNonces.size > MAX_KNOWN_NONCES && oldest !== undefined) knownNonces.delete(oldest);
  }

  return {
    async ask({ host, port }) {
      const dialled = formatDialled(host, port);
      const connection = openConnection(`http://${dialled}`, {
        signal: AbortSignal.timeout(options.requestTimeoutMs),
        // A JSON text within JSON at most doubles: its quotes and backslashes are escaped once more.
        maxBodyBytes: 2 * maxDocumentBytes + 4096,
      });
      open.add(connection);
      try {
        return await converse(connection, dialled);
      } catch (error) {
        return connection.judge(error);
      } finally {
        open.delete(connection);
        await connection.close();
      }
    },
    async close() {
      await Promise.all([...open].map((connection) => connection.close()));
    },
  };
}
