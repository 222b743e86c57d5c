import { setTimeout as delay } from 'node:timers/promises';
import type { Listing, Seen } from '../loop/view.ts';

/** What the Flux API has told so far. */
export interface FluxReadings {
  /** The newest usable listing; it may be old, and carries its age. */
  readonly listing: Seen<Listing>;
  /** N; null while neither the configuration nor the specification has told it. */
  readonly expectedNodes: number | null;
  readonly ownAddress: { readonly address: string; readonly source: string } | null;
  /** The latest attempt, usable or not: evidence about absences rests on answers, not on the last good listing. */
  readonly latest: Seen<Listing>;
}

/** The calls behind the readings. */
export interface FluxCalls {
  readonly listing: (signal: AbortSignal) => Promise<Listing>;
  readonly expectedNodes: (signal: AbortSignal) => Promise<number | null>;
  readonly ownAddress: (listing: Listing | null, signal: AbortSignal) => Promise<FluxReadings['ownAddress']>;
  readonly nowMs: () => number;
  /** From 0 (inclusive) to 1: spreads the calls of many nodes. */
  readonly random: () => number;
  /** Called with each new good listing, to be cached on the volume. */
  readonly keep: (listing: Listing, expectedNodes: number | null) => Promise<void>;
  /** Called after each round, so that the loop looks at once. */
  readonly changed: () => void;
}

/** While a cluster forms, the listing is asked for more often, but only for a while: the API is everybody's. */
const FORMING_INTERVAL_MS = 3000;
const FORMING_FOR_MS = 120_000;
const FORMING_LATER_INTERVAL_MS = 15_000;
/** At most this part of an interval is added at random. */
const JITTER = 0.2;

async function attempt<T>(calls: FluxCalls, call: () => Promise<T>): Promise<Seen<T>> {
  try {
    const value = await call();
    return { ok: true, value, seenAtMs: calls.nowMs() };
  } catch (error) {
    return { ok: false, error: error instanceof Error ? error.message : String(error) };
  }
}

/** Keeps the readings of the Flux API current in the background. */
export function keepFluxReadings(options: {
  readonly calls: FluxCalls;
  readonly cached: { readonly listing: Listing; readonly expectedNodes: number | null } | null;
  readonly clusterSize: number | null;
  readonly intervalMs: number;
  readonly founded: () => boolean;
}): { readonly readings: () => FluxReadings; readonly stop: () => Promise<void> } {
  const { calls, cached, clusterSize } = options;
  const startedAtMs = calls.nowMs();
  const aborted = new AbortController();
  // A listing from before the start is known to be old: it names peers to ask, and counts as evidence for nothing.
  let readings: FluxReadings = {
    listing:
      cached === null
        ? { ok: false, error: 'not asked yet' }
        : { ok: true, value: cached.listing, seenAtMs: Number.NEGATIVE_INFINITY },
    expectedNodes: clusterSize ?? cached?.expectedNodes ?? null,
    ownAddress: null,
    latest: { ok: false, error: 'not asked yet' },
  };
  const round = async () => {
    const [latest, expected] = await Promise.all([
      attempt(calls, () => calls.listing(aborted.signal)),
      clusterSize === null ? attempt(calls, () => calls.expectedNodes(aborted.signal)) : null,
    ]);
    const usable = latest.ok && latest.value.instances.length > 0;
    const listing = usable ? latest : readings.listing.ok ? readings.listing : latest;
    const own = await attempt(calls, () =>
      calls.ownAddress(listing.ok ? listing.value : null, aborted.signal),
    );
    const expectedNodes = clusterSize ?? (expected?.ok ? expected.value : null) ?? readings.expectedNodes;
    readings = {
      listing,
      latest,
      expectedNodes,
      ownAddress: (own.ok ? own.value : null) ?? readings.ownAddress,
    };
    calls.changed();
    if (usable) await calls.keep(latest.value, expectedNodes);
  };
  const interval = () => {
    const formingMs =
      calls.nowMs() - startedAtMs < FORMING_FOR_MS ? FORMING_INTERVAL_MS : FORMING_LATER_INTERVAL_MS;
    const base = options.founded() ? options.intervalMs : Math.min(formingMs, options.intervalMs);
    return base * (1 + JITTER * calls.random());
  };
  const running = (async () => {
    while (!aborted.signal.aborted) {
      await round().catch(() => undefined);
      await delay(interval(), undefined, { signal: aborted.signal }).catch(() => undefined);
    }
  })();
  return {
    readings: () => readings,
    stop: async () => {
      aborted.abort();
      await running;
    },
  };
}
