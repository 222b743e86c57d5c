import { setTimeout as delay } from 'node:timers/promises';
import { printable } from '../answers/printable.ts';
import type { Reading } from '../answers/reading.ts';
import { describeProblems, envelopeSchema } from '../answers/wire-schemas.ts';
import { combinedError, DiscoveryError } from '../discovery-error.ts';
import type { BaseUrl } from '../http/base-url.ts';
import { getJson } from '../http/get-json.ts';
import type { Transport } from '../http/transport.ts';
import type { ClientSettings } from './client-options.ts';

/** Where an answer comes from. */
export interface Origin {
  /** The base URL that answered, without credentials. */
  readonly source: string;
  /** The node that the public endpoint says it asked (header `FLUXNODE`). */
  readonly answeredBy?: string;
  /** When the answer was complete, by the client's clock. */
  readonly receivedAtMs: number;
}

/** One call: where it may be asked, and what the data of its answer means. */
export interface Question<T> {
  readonly bases: readonly BaseUrl[];
  readonly path: string;
  readonly read: (data: unknown) => Reading<T>;
  /** Where an answer may be larger than the others. */
  readonly maxBodyBytes?: number;
}

/** What carries a call. */
export interface Means {
  readonly settings: ClientSettings;
  readonly transport: Transport;
  readonly signal?: AbortSignal | undefined;
}

function dataOf(document: unknown, url: string, status: number): unknown {
  const envelope = envelopeSchema.safeParse(document);
  if (!envelope.success)
    throw new DiscoveryError('schema', describeProblems(envelope.error), { url, status });
  if (envelope.data.status === 'success') return envelope.data.data;
  const { name, message } = envelope.data.data;
  const said = printable(message ?? name ?? 'an error without a message', 200);
  throw new DiscoveryError('envelope', `Flux answers with an error: ${said}`, { url, status });
}

async function attempt<T extends object>(
  base: BaseUrl,
  question: Question<T>,
  means: Means,
  timeoutMs: number,
): Promise<T & Origin> {
  const { settings, transport, signal } = means;
  const url = `${base.shown}/${question.path}`;
  const { document, status, answeredBy } = await getJson({
    url,
    headers: {
      ...settings.headers,
      ...(base.authorization === undefined ? {} : { authorization: base.authorization }),
    },
    timeoutMs,
    maxBodyBytes: question.maxBodyBytes ?? settings.maxBodyBytes,
    transport,
    ...(signal === undefined ? {} : { signal }),
  });
  const reading = question.read(dataOf(document, url, status));
  if (!reading.ok) throw new DiscoveryError(reading.code, reading.reason, { url, status });
  const origin = { source: base.shown, receivedAtMs: settings.now() };
  return { ...reading.value, ...origin, ...(answeredBy === undefined ? {} : { answeredBy }) };
}

/** At random between half of it and the whole, so that many callers do not come back at the same moment. */
async function pauseBefore(round: number, { settings, signal }: Means, leftMs: number): Promise<void> {
  const fullMs = settings.retryDelayMs * 2 ** (round - 1);
  const pauseMs = Math.max(0, Math.min(fullMs * (0.5 + Math.random() / 2), leftMs));
  // Whoever aborts hears of it from the next attempt, which carries the signal.
  await delay(pauseMs, undefined, signal === undefined ? {} : { signal }).catch(() => undefined);
}

/**
 * Tries the base URLs in order, round by round, until one gives a valid answer or the budget is spent. Throws
 * {@link DiscoveryError}.
 */
export async function ask<T extends object>(question: Question<T>, means: Means): Promise<T & Origin> {
  const { attemptsPerUrl, callBudgetMs, requestTimeoutMs } = means.settings;
  const endMs = performance.now() + callBudgetMs;
  const failures: DiscoveryError[] = [];
  for (let round = 0; round < attemptsPerUrl; round += 1) {
    if (round > 0) await pauseBefore(round, means, endMs - performance.now());
    for (const base of question.bases) {
      const timeoutMs = Math.min(requestTimeoutMs, Math.ceil(endMs - performance.now()));
      if (timeoutMs <= 0) break;
      try {
        return await attempt(base, question, means, timeoutMs);
      } catch (error) {
        if (!(error instanceof DiscoveryError) || error.code === 'aborted') throw error;
        failures.push(error);
      }
    }
  }
  const [first, ...rest] = failures;
  if (first === undefined) throw new TypeError('at least one base URL is needed');
  throw combinedError([first, ...rest]);
}
