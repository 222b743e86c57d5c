import { randomBytes } from 'node:crypto';
import { canonicalIp } from '@flux-pg/discovery';
import type { z } from 'zod';
import { parseJson } from '../parse-json.ts';
import { createNonceBook } from './nonce-book.ts';
import {
  type Credentials,
  challengeProof,
  decodeCredentials,
  dialledHost,
  MIN_KEY_BYTES,
  NONCE_BYTES,
  NONCE_HEADER,
  nonceSchema,
  PROTOCOL,
  type RefusalReason,
  requestMac,
  responseMac,
  STATUS_PATH,
  sameMac,
} from './protocol.ts';
import type { HttpAnswer, HttpQuestion } from './unix-server.ts';

/** A status document of a cluster of a hundred nodes has some 20 kB. */
export const MAX_DOCUMENT_BYTES = 64 * 1024;

/** What an authenticated request said beside the announcement. */
export interface CallerContact {
  /** The host that the caller dialled to get here. */
  readonly dialledHost: string | null;
  /** False when that is none of the own addresses, or none is known: then the caller got no document. */
  readonly served: boolean;
}

/** What the node status is served from. */
export interface StatusHandlerOptions<Announcement> {
  readonly statusKey: Uint8Array;
  readonly appName: string;
  /** This node's status, read anew for each request; anything that JSON can carry. */
  readonly document: () => unknown;
  readonly announcementSchema: z.ZodType<Announcement>;
  /**
   * Addresses at which peers reach this node; null or none while unknown. A proof names the address that its caller
   * dialled, and only the node at that address may take it: else a machine at a listed address could pass requests on
   * and show this node's status as its own. So without a known address nobody is served; callers see this node as
   * present and unproven, which blocks decisions instead of misleading them.
   */
  readonly ownAddresses: () => readonly string[] | null;
  /** Called for each request that proves the key, before it is answered. Must not throw. */
  readonly onCaller: (announcement: Announcement, contact: CallerContact) => void;
  /** Monotonic milliseconds; by default the process's own clock. */
  readonly nowMs?: () => number;
  /** By default 16 random bytes in hexadecimal. */
  readonly newNonce?: () => string;
}

/** Answers `GET /flux-pg/v1/node`. It keeps nothing but the nonces of the last minute. */
export function createStatusHandler<Announcement>(
  options: StatusHandlerOptions<Announcement>,
): (question: HttpQuestion) => HttpAnswer {
  const { statusKey, appName } = options;
  if (statusKey.length < MIN_KEY_BYTES)
    throw new TypeError(`a status key has at least ${MIN_KEY_BYTES} bytes`);
  const nonces = createNonceBook({
    nowMs: options.nowMs ?? (() => performance.now()),
    newNonce: options.newNonce ?? (() => randomBytes(NONCE_BYTES).toString('hex')),
  });

  function challenge(callerNonce: string): HttpAnswer {
    const serverNonce = nonces.current();
    const proof = challengeProof(statusKey, appName, { callerNonce, serverNonce });
    return { status: 401, body: { protocol: PROTOCOL, nonce: serverNonce, proof } };
  }

  function isProven({ mac, ...request }: Credentials): boolean {
    const proven = sameMac(requestMac(statusKey, appName, request), mac);
    return proven && nonces.use(request.serverNonce, request.callerNonce);
  }

  function respond({ callerNonce, serverNonce }: Credentials): HttpAnswer {
    const document = JSON.stringify(options.document());
    if (Buffer.byteLength(document) > MAX_DOCUMENT_BYTES) return refusal(500, 'too-large');
    const nextNonce = nonces.current();
    const mac = responseMac(statusKey, appName, { callerNonce, serverNonce, document, nextNonce });
    return { status: 200, body: { protocol: PROTOCOL, document, nonce: nextNonce, mac } };
  }

  return (question) => {
    if (question.path !== STATUS_PATH) return refusal(404, 'not-found');
    if (question.method !== 'GET') return refusal(405, 'bad-request');
    const callerNonce = nonceSchema.safeParse(question.headers[NONCE_HEADER]).data;
    if (callerNonce === undefined) return refusal(400, 'bad-request');
    const { authorization } = question.headers;
    const credentials = typeof authorization === 'string' ? decodeCredentials(authorization) : null;
    // A wrong, an old and a repeated proof get the same answer as none: the means to make a good one.
    if (credentials === null || !isProven(credentials)) return challenge(callerNonce);
    const announcement = options.announcementSchema.safeParse(parseJson(credentials.caller));
    if (!announcement.success) return refusal(400, 'bad-request');
    const host = dialledHost(credentials.dialled);
    const own = options.ownAddresses() ?? [];
    const served = host !== null && own.some((address) => sameHost(address, host));
    options.onCaller(announcement.data, { dialledHost: host, served });
    if (served) return respond(credentials);
    return refusal(421, own.length === 0 ? 'own-address-unknown' : 'misdirected');
  };
}

function refusal(status: number, reason: RefusalReason): HttpAnswer {
  return { status, body: { protocol: PROTOCOL, reason } };
}

function sameHost(left: string, right: string): boolean {
  return (canonicalIp(left) ?? left.toLowerCase()) === (canonicalIp(right) ?? right.toLowerCase());
}
