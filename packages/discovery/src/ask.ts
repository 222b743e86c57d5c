import type { BaseUrl } from './base-url.ts';
import type { ClientSettings } from './client-options.ts';
import { combinedError, DiscoveryError } from './discovery-error.ts';
import { getJson } from './get-json.ts';
import { printable } from './printable.ts';
import type { Reading } from './reading.ts';
import type { Transport } from './transport.ts';
import { describeProblems, envelopeSchema } from './wire-schemas.ts';

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
): Promise<T & Origin> {
  const { settings, transport, signal } = means;
  const url = `${base.shown}/${question.path}`;
  const { document, status, answeredBy } = await getJson({
    url,
    headers: {
      ...settings.headers,
      ...(base.authorization === undefined ? {} : { authorization: base.authorization }),
    },
    timeoutMs: settings.requestTimeoutMs,
    maxBodyBytes: settings.maxBodyBytes,
    transport,
    ...(signal === undefined ? {} : { signal }),
  });
  const reading = question.read(dataOf(document, url, status));
  if (!reading.ok) throw new DiscoveryError(reading.code, reading.reason, { url, status });
  const origin = { source: base.shown, receivedAtMs: settings.now() };
  return { ...reading.value, ...origin, ...(answeredBy === undefined ? {} : { answeredBy }) };
}

/** Tries the base URLs in order, round by round, until one gives a valid answer. Throws {@link DiscoveryError}. */
export async function ask<T extends object>(question: Question<T>, means: Means): Promise<T & Origin> {
  const failures: DiscoveryError[] = [];
  const rounds = Array.from({ length: means.settings.attemptsPerUrl }, () => question.bases);
  for (const base of rounds.flat()) {
    try {
      return await attempt(base, question, means);
    } catch (error) {
      if (!(error instanceof DiscoveryError) || error.code === 'aborted') throw error;
      failures.push(error);
    }
  }
  const [first, ...rest] = failures;
  if (first === undefined) throw new TypeError('at least one base URL is needed');
  throw combinedError([first, ...rest]);
}
