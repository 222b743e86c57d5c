import type { z } from 'zod';
import type { ClientSettings } from './client-options.ts';
import { type Answer, type Call, describeCall } from './exchange.ts';
import { PatroniError, type PatroniErrorCode } from './patroni-error.ts';
import { printable } from './printable.ts';

/** An answer with what is needed to speak about it. */
export interface Heard {
  readonly answer: Answer;
  readonly call: Call;
  readonly settings: ClientSettings;
}

function errorFor(code: PatroniErrorCode, reason: string, heard: Heard, cause?: unknown): PatroniError {
  const { answer, call, settings } = heard;
  return new PatroniError(code, reason, {
    call: describeCall(call, settings),
    status: answer.status,
    ...(cause === undefined ? {} : { cause }),
  });
}

/** What Patroni says in plain text, made fit for a log line. Its error pages in HTML say no more than their status. */
export function plainText({ answer, settings }: Pick<Heard, 'answer' | 'settings'>): string {
  const text = answer.text.trim();
  if (text === '' || text.startsWith('<') || text.startsWith('{')) return '';
  const safe = settings.secrets.reduce((shown, secret) => shown.replaceAll(secret, '***'), text);
  return printable(safe, 300);
}

function refusalCode(status: number): PatroniErrorCode {
  if (status === 401) return 'unauthorized';
  if (status === 403) return 'forbidden';
  if (status >= 400 && status < 500) return 'rejected';
  return status >= 500 ? 'unavailable' : 'schema';
}

/** The error for a status that is not the wanted one. */
export function refusal(heard: Heard): PatroniError {
  const { status } = heard.answer;
  const said = plainText(heard);
  return errorFor(refusalCode(status), said === '' ? `HTTP status ${status}` : `${said} (${status})`, heard);
}

/** The first few problems of a document, each with its place. */
function describeProblems(error: z.ZodError): string {
  return error.issues
    .slice(0, 3)
    .map(({ path, message }) => `${path.length === 0 ? 'document' : path.map(String).join('.')}: ${message}`)
    .join('; ');
}

/**
 * Reads an answer as JSON.
 * @throws PatroniError `schema`
 */
export function readJson<T>(schema: z.ZodType<T>, heard: Heard): T {
  const { text } = heard.answer;
  let document: unknown;
  try {
    document = JSON.parse(text);
  } catch {
    // The parser's error would quote the text.
    throw errorFor('schema', `not JSON but ${text.length} characters`, heard);
  }
  const result = schema.safeParse(document);
  if (result.success) return result.data;
  throw errorFor('schema', printable(describeProblems(result.error), 300), heard, result.error);
}
