import type { Clock } from '../loop/ports.ts';
import type { Listing, Seen } from '../loop/view.ts';
import type { WitnessReading } from './witnesses.ts';

/** What the Flux API has told so far. */
export interface FluxReadings {
  /** The newest usable listing; it may be old, and carries its age. */
  readonly listing: Seen<Listing>;
  /** N; null while neither the configuration nor the specification has told it. */
  readonly expectedNodes: number | null;
  readonly ownAddress: { readonly address: string; readonly source: string } | null;
  /** The latest attempt, usable or not: evidence about absences rests on answers, not on the last good listing. */
  readonly latest: Seen<Listing>;
  /** What the agreed witnesses said last. */
  readonly witnesses: WitnessReading;
  /** The set of witnesses that should be agreed on instead of the current one; null while there is no reason to change. */
  readonly proposedWitnesses: readonly string[] | null;
}

/** The calls behind the readings. */
export interface FluxCalls {
  readonly listing: (signal: AbortSignal) => Promise<Listing>;
  readonly expectedNodes: (signal: AbortSignal) => Promise<number | null>;
  readonly ownAddress: (listing: Listing | null, signal: AbortSignal) => Promise<FluxReadings['ownAddress']>;
  /** How many witnesses are agreed on, to be known also while none of them has been asked. */
  readonly witnessTotal: () => number;
  /** Asks the agreed witnesses; `latest` is what the listing call of the same round gave. */
  readonly witnesses: (latest: Seen<Listing>, signal: AbortSignal) => Promise<WitnessReading>;
  /** A better set of witnesses; null where the current one is good, or is not this node's to change. */
  readonly renewWitnesses: (
    listing: Listing | null,
    signal: AbortSignal,
  ) => Promise<readonly string[] | null>;
  readonly clock: Pick<Clock, 'nowMs' | 'sleep'>;
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
    return { ok: true, value, seenAtMs: calls.clock.nowMs() };
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
  const startedAtMs = calls.clock.nowMs();
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
    witnesses: { total: calls.witnessTotal(), answers: [] },
    proposedWitnesses: null,
  };
  const round = async () => {
    const [latest, expected] = await Promise.all([
      attempt(calls, () => calls.listing(aborted.signal)),
      clusterSize === null ? attempt(calls, () => calls.expectedNodes(aborted.signal)) : null,
    ]);
    const usable = latest.ok && latest.value.instances.length > 0;
    const listing = usable ? latest : readings.listing.ok ? readings.listing : latest;
    const known = listing.ok ? listing.value : null;
    const [own, witnesses, proposed] = await Promise.all([
      attempt(calls, () => calls.ownAddress(known, aborted.signal)),
      attempt(calls, () => calls.witnesses(latest, aborted.signal)),
      attempt(calls, () => calls.renewWitnesses(known, aborted.signal)),
    ]);
    const expectedNodes = clusterSize ?? (expected?.ok ? expected.value : null) ?? readings.expectedNodes;
    readings = {
      listing,
      latest,
      expectedNodes,
      ownAddress: (own.ok ? own.value : null) ?? readings.ownAddress,
      witnesses: witnesses.ok ? witnesses.value : { total: calls.witnessTotal(), answers: [] },
      proposedWitnesses: proposed.ok ? proposed.value : null,
    };
    calls.changed();
    if (usable) await calls.keep(latest.value, expectedNodes);
  };
  const interval = () => {
    const formingMs =
      calls.clock.nowMs() - startedAtMs < FORMING_FOR_MS ? FORMING_INTERVAL_MS : FORMING_LATER_INTERVAL_MS;
    const base = options.founded() ? options.intervalMs : Math.min(formingMs, options.intervalMs);
    return base * (1 + JITTER * calls.random());
  };
  const running = (async () => {
    while (!aborted.signal.aborted) {
      await round().catch(() => undefined);
      await calls.clock.sleep(interval(), aborted.signal);
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
