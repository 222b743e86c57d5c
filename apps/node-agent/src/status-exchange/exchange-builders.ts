import { z } from 'zod';
import { encodeCredentials, NONCE_HEADER, requestMac, STATUS_PATH } from './protocol.ts';
import { type CallerContact, createStatusHandler } from './status-handler.ts';
import type { HttpAnswer, HttpQuestion } from './unix-server.ts';

/** For tests: the key and app of one cluster, and nonces that are easy to tell apart. */
export const cluster = { statusKey: Buffer.alloc(32, 7), appName: 'shop' };
export const callerNonce = 'c'.repeat(32);
export const announcement = { nodeId: 'node-2', address: '10.0.0.2' };

interface TestServerOptions {
  readonly statusKey?: Uint8Array;
  readonly appName?: string;
  readonly ownAddresses?: readonly string[] | null;
  readonly document?: () => unknown;
  /** Servers that shall not give out the same nonces begin at different numbers. */
  readonly firstNonce?: number;
}

/** For tests: a status handler at 10.0.0.1 whose clock is set by hand, with what it heard of callers. */
export function aServer(changes: TestServerOptions = {}) {
  const heard: { announcement: unknown; contact: CallerContact }[] = [];
  const clock = { nowMs: 0 };
  const {
    ownAddresses = ['10.0.0.1'],
    document = () => ({ nodeId: 'node-1' }),
    firstNonce = 1,
    ...key
  } = changes;
  let nextNonce = firstNonce;
  const handle = createStatusHandler({
    ...cluster,
    ...key,
    document,
    ownAddresses: () => ownAddresses,
    announcementSchema: z.object({ nodeId: z.string(), address: z.string() }),
    onCaller: (caller, contact) => heard.push({ announcement: caller, contact }),
    nowMs: () => clock.nowMs,
    newNonce: () => {
      const nonce = nextNonce.toString(16).padStart(32, '0');
      nextNonce += 1;
      return nonce;
    },
  });
  return { handle, heard, clock };
}

/** For tests: a question to the handler. */
export function aQuestion(changes: Partial<HttpQuestion> = {}): HttpQuestion {
  return { method: 'GET', path: STATUS_PATH, headers: { [NONCE_HEADER]: callerNonce }, ...changes };
}

/** For tests: a question with a good proof, as far as `changes` leave it good. */
export function aProvenQuestion(
  serverNonce: string,
  changes: { dialled?: string; caller?: string; callerNonce?: string } = {},
): HttpQuestion {
  const request = {
    callerNonce,
    serverNonce,
    dialled: '10.0.0.1:8008',
    caller: JSON.stringify(announcement),
    ...changes,
  };
  const mac = requestMac(cluster.statusKey, cluster.appName, request);
  return aQuestion({
    headers: {
      [NONCE_HEADER]: request.callerNonce,
      authorization: encodeCredentials({ ...request, mac }),
    },
  });
}

/** For tests: one text field of an answer's body. */
export function field(answer: HttpAnswer, name: string): string {
  const { body } = answer;
  const value = typeof body === 'object' && body !== null ? Reflect.get(body, name) : undefined;
  if (typeof value !== 'string') throw new Error(`the answer has no text ${name}`);
  return value;
}

/** For tests: a text of hexadecimal digits with one bit of the bytes behind it turned over. */
export function flipHexBit(hex: string, bit: number): string {
  const bytes = Buffer.from(hex, 'hex');
  const index = Math.floor(bit / 8) % bytes.length;
  bytes.writeUInt8(bytes.readUInt8(index) ^ (1 << (bit % 8)), index);
  return bytes.toString('hex');
}
