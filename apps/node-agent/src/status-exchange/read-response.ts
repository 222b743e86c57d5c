import { z } from 'zod';
import { parseJson } from '../parse-json.ts';
import {
  challengeProof,
  challengeSchema,
  PROTOCOL,
  refusalSchema,
  responseMac,
  responseSchema,
  sameMac,
} from './protocol.ts';
import { present, type StatusAnswer } from './status-answer.ts';

/** An HTTP answer, complete. */
export interface RawResponse {
  readonly status: number;
  readonly body: string;
}

/** What the answer has to fit. */
export interface Asked {
  readonly statusKey: Uint8Array;
  readonly appName: string;
  readonly callerNonce: string;
  /** Null when the question carried no proof and so cannot have earned a document. */
  readonly serverNonce: string | null;
  readonly maxDocumentBytes: number;
}

/** An HTTP answer understood. */
export type ReadResponse =
  | { readonly kind: 'document'; readonly document: unknown; readonly nextNonce: string }
  | { readonly kind: 'challenge'; readonly serverNonce: string }
  | { readonly kind: 'other'; readonly answer: StatusAnswer };

const versionSchema = z.object({ protocol: z.int() });

/** Judges an answer. Nothing that the peer wrote enters the details, since anybody may have written it. */
export function readResponse(response: RawResponse, asked: Asked): ReadResponse {
  const body = parseJson(response.body);
  const protocol = versionSchema.safeParse(body).data?.protocol;
  if (protocol !== undefined && protocol !== PROTOCOL) {
    return other(present('wrong-protocol', `the peer speaks protocol ${protocol}, this node ${PROTOCOL}`));
  }
  if (response.status === 401) return readChallenge(body, asked);
  if (response.status === 200) return readDocument(body, asked);
  const reason = refusalSchema.safeParse(body).data?.reason;
  if (response.status === 421 && reason === 'own-address-unknown') {
    return other(present('misdirected', 'the peer does not know its own address yet'));
  }
  if (response.status === 421 && reason === 'misdirected') {
    return other(present('misdirected', 'the peer says that it has another address'));
  }
  return other(present('unavailable', `HTTP status ${response.status}${reason ? `, ${reason}` : ''}`));
}

function readChallenge(body: unknown, { statusKey, appName, callerNonce }: Asked): ReadResponse {
  const challenge = challengeSchema.safeParse(body).data;
  if (challenge === undefined) return other(present('unreadable', 'HTTP status 401 without a challenge'));
  const serverNonce = challenge.nonce;
  const expected = challengeProof(statusKey, appName, { callerNonce, serverNonce });
  return sameMac(expected, challenge.proof)
    ? { kind: 'challenge', serverNonce }
    : other(present('unverifiable', 'the peer does not hold the secret of this cluster'));
}

function readDocument(body: unknown, asked: Asked): ReadResponse {
  const response = responseSchema.safeParse(body).data;
  if (response === undefined) return other(present('unreadable', 'HTTP status 200 without a status'));
  const { document, nonce: nextNonce } = response;
  const { statusKey, appName, callerNonce, serverNonce } = asked;
  if (serverNonce === null) return other(present('unverifiable', 'a status that was not asked for'));
  const expected = responseMac(statusKey, appName, { callerNonce, serverNonce, document, nextNonce });
  if (!sameMac(expected, response.mac)) {
    return other(present('unverifiable', 'the status is not signed with the secret of this cluster'));
  }
  const parsed = Buffer.byteLength(document) <= asked.maxDocumentBytes ? parseJson(document) : undefined;
  if (parsed === undefined) return other(present('unreadable', 'the status is too large or no JSON'));
  return { kind: 'document', document: parsed, nextNonce };
}

function other(answer: StatusAnswer): ReadResponse {
  return { kind: 'other', answer };
}
