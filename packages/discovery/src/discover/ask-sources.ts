import type { Clock } from '../clock.ts';
import { DiscoveryError } from '../discovery-error.ts';
import type { ListingSource } from '../sources/listing-source.ts';
import type { SourceAnswer } from './combine.ts';

/** What all sources are asked with. */
export interface Round {
  readonly app: string;
  readonly clock: Clock;
  /** How long the rest is waited for once a source has listed instances. */
  readonly patienceMs: number;
  /** Whether instances are known already, so that patience begins at once. */
  readonly isKnown: boolean;
  readonly signal: AbortSignal | undefined;
}

function wrapped(error: unknown, source: ListingSource): DiscoveryError {
  if (error instanceof DiscoveryError) return error;
  const reason = error instanceof Error ? error.message : 'failed without an error';
  return new DiscoveryError('network', reason, { url: source.name, cause: error });
}

function unawaited(source: ListingSource, patienceMs: number): DiscoveryError {
  const reason = `others had answered ${patienceMs} ms before, so it was not waited for`;
  return new DiscoveryError('timeout', reason, { url: source.name });
}

/**
 * Asks all sources at once. Ends when all have answered, or `patienceMs` after the first that listed anything (from the
 * start when instances are known); a source that has not answered by then has failed. Throws only when the caller aborts.
 */
export async function askSources(
  sources: readonly ListingSource[],
  { app, clock, patienceMs, isKnown, signal }: Round,
): Promise<readonly SourceAnswer[]> {
  const over = new AbortController();
  const ended = signal === undefined ? over.signal : AbortSignal.any([over.signal, signal]);
  const answers = new Map<ListingSource, SourceAnswer['answer']>();
  const enough = Promise.withResolvers<void>();
  let patienceBegun = false;
  const beginPatience = () => {
    if (patienceBegun) return;
    patienceBegun = true;
    void clock.sleep(patienceMs, ended).then(enough.resolve);
  };
  const askOne = async (source: ListingSource) => {
    try {
      const listing = await source.list(app, { signal: ended });
      answers.set(source, { ok: true, listing });
      if (listing.locations.length > 0) beginPatience();
    } catch (error) {
      answers.set(source, { ok: false, error: wrapped(error, source) });
    }
  };
  ended.addEventListener('abort', () => enough.resolve(), { once: true });
  if (!ended.aborted) {
    if (isKnown) beginPatience();
    void Promise.all(sources.map(askOne)).then(() => enough.resolve());
    await enough.promise;
  }
  const taken = new Map(answers);
  over.abort();
  if (signal?.aborted === true) {
    throw new DiscoveryError('aborted', 'aborted by the caller', { url: app, cause: signal.reason });
  }
  return sources.map((source) => ({
    source,
    answer: taken.get(source) ?? { ok: false, error: unawaited(source, patienceMs) },
  }));
}
