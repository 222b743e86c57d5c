import { createHmac, timingSafeEqual } from 'node:crypto';
import { z } from 'zod';
import { parseJson } from '../parse-json.ts';

/** The version that every message carries. Another number means a peer that is there and cannot be understood. */
export const PROTOCOL = 1;

export const STATUS_PATH = '/flux-pg/v1/node';
export const NONCE_HEADER = 'x-flux-pg-nonce';
export const AUTHORIZATION_SCHEME = 'FluxPG-HMAC';

/** 16 random bytes in hexadecimal: the caller's and the server's nonces. */
export const NONCE_BYTES = 16;
export const nonceSchema = z.string().regex(/^[0-9a-f]{32}$/);

/** HMAC-SHA-256 in hexadecimal. */
export const macSchema = z.string().regex(/^[0-9a-f]{64}$/);

/** The 401 answer: the server proves first that it holds the key, and names a nonce to build the request on. */
export const challengeSchema = z.object({
  protocol: z.literal(PROTOCOL),
  nonce: nonceSchema,
  proof: macSchema,
});

/** The 200 answer. `nonce` is for the next request, which then needs no challenge. */
export const responseSchema = z.object({
  protocol: z.literal(PROTOCOL),
  document: z.string(),
  nonce: nonceSchema,
  mac: macSchema,
});

/** Every other answer of a server of this protocol. The reasons are hints: nothing proves them. */
export const refusalSchema = z.object({
  protocol: z.literal(PROTOCOL),
  reason: z.enum(['misdirected', 'own-address-unknown', 'bad-request', 'not-found', 'too-large', 'failed']),
});

export type RefusalReason = z.infer<typeof refusalSchema>['reason'];

/** What the caller proves: that it holds the key, meant this server address, and asks now. */
export const credentialsSchema = z.object({
  callerNonce: nonceSchema,
  serverNonce: nonceSchema,
  /** Host and port as the caller dialled them. */
  dialled: z.string().min(1).max(300),
  /** The announcement as JSON text: the proof is over these very bytes. */
  caller: z.string().max(4096),
  mac: macSchema,
});

export type Credentials = z.infer<typeof credentialsSchema>;

/** Keys shorter than this come from a mistake, not from a key derivation. */
export const MIN_KEY_BYTES = 16;

type Purpose = 'challenge' | 'request' | 'response';

/**
 * One key serves three purposes; the label keeps a proof made for one from being taken for another. Each field is
 * preceded by its length, so that no two lists of fields have the same bytes.
 */
function mac(key: Uint8Array, purpose: Purpose, fields: readonly string[]): string {
  const hmac = createHmac('sha256', key).update(`flux-pg/${PROTOCOL} ${purpose}\n`);
  for (const field of fields) hmac.update(`${Buffer.byteLength(field)}:`).update(field);
  return hmac.digest('hex');
}

export function challengeProof(
  key: Uint8Array,
  appName: string,
  nonces: { readonly callerNonce: string; readonly serverNonce: string },
): string {
  return mac(key, 'challenge', [appName, nonces.callerNonce, nonces.serverNonce]);
}

export function requestMac(key: Uint8Array, appName: string, request: Omit<Credentials, 'mac'>): string {
  const { callerNonce, serverNonce, dialled, caller } = request;
  return mac(key, 'request', [appName, callerNonce, serverNonce, dialled, caller]);
}

export function responseMac(
  key: Uint8Array,
  appName: string,
  response: {
    readonly callerNonce: string;
    readonly serverNonce: string;
    readonly document: string;
    readonly nextNonce: string;
  },
): string {
  const { callerNonce, serverNonce, document, nextNonce } = response;
  return mac(key, 'response', [appName, callerNonce, serverNonce, document, nextNonce]);
}

/** Compares two MACs in constant time. */
export function sameMac(expected: string, given: string): boolean {
  const left = Buffer.from(expected, 'hex');
  const right = Buffer.from(given, 'hex');
  return left.length === right.length && timingSafeEqual(left, right);
}

/** The authorization header of a request. */
export function encodeCredentials(credentials: Credentials): string {
  return `${AUTHORIZATION_SCHEME} ${Buffer.from(JSON.stringify(credentials)).toString('base64url')}`;
}

/** Reads an authorization header; null for anything else. */
export function decodeCredentials(header: string): Credentials | null {
  const [scheme, token, ...rest] = header.split(' ');
  if (scheme !== AUTHORIZATION_SCHEME || token === undefined || rest.length > 0) return null;
  return credentialsSchema.safeParse(parseJson(Buffer.from(token, 'base64url').toString())).data ?? null;
}

/** An address and port in one text, as they stand in a URL. */
export function formatDialled(host: string, port: number): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}

/** The host of such a text; null when it is none. */
export function dialledHost(dialled: string): string | null {
  return (
    /^(?:\[([0-9a-f:.]+)\]|([^:[\]]+)):\d{1,5}$/i
      .exec(dialled)
      ?.slice(1)
      .find((host) => host) ?? null
  );
}
