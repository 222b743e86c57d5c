import { urlToHttpOptions } from 'node:url';
import { exchange } from '../http/send.ts';

/**
 * Public services that answer with the caller's IPv4 address as plain text. They are independent of each other and are
 * asked over HTTPS only, so that nobody on the way can name another address.
 */
export const ECHO_SERVICES: readonly string[] = [
  'https://api.ipify.org',
  'https://checkip.amazonaws.com',
  'https://ipv4.icanhazip.com',
];

/** The longest text that an address can be, with room for a line break. */
const MAX_ANSWER_BYTES = 64;

/**
 * Asks all services at once and returns what those said that answered in time; an error counts as no answer. Never throws.
 */
export async function askEchoServices(options: {
  readonly services: readonly string[];
  readonly timeoutMs: number;
  readonly signal?: AbortSignal;
}): Promise<readonly string[]> {
  const timeout = AbortSignal.timeout(options.timeoutMs);
  const signal = options.signal === undefined ? timeout : AbortSignal.any([timeout, options.signal]);
  const answers = await Promise.allSettled(options.services.map((service) => ask(service, signal)));
  return answers.flatMap((answer) => (answer.status === 'fulfilled' ? [answer.value] : []));
}

async function ask(service: string, signal: AbortSignal): Promise<string> {
  const target = { ...urlToHttpOptions(new URL(service)), headers: { accept: 'text/plain' }, agent: false };
  const { status, body } = await exchange({ ...target, signal }, { maxBodyBytes: MAX_ANSWER_BYTES });
  if (status !== 200) throw new Error(`${service} answers with HTTP status ${status}`);
  return body.trim();
}
