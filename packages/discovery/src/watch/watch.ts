import { addressSortKey } from '../address/canonical-ip.ts';
import type { Clock } from '../clock.ts';
import type { DiscoveredInstance, Discovery } from '../discover/discovery.ts';
import { DiscoveryError } from '../discovery-error.ts';
import { defaultWatchPace, defaultWatchRules, pauseMs, type WatchPace, type WatchRules } from './rules.ts';
import { emptyWatchState, type InstanceChange, track, type WatchState } from './track.ts';

/** How an app is watched. */
export interface WatchOptions extends Partial<WatchPace> {
  /** When a removal is reported; what is left out has its default, see {@link defaultWatchRules}. */
  readonly rules?: Partial<WatchRules>;
  /** Ends the watch: a loop over it ends, as after `return()`. */
  readonly signal?: AbortSignal;
}

/** One change with what it rests on. */
export interface Change extends InstanceChange {
  /** All instances after this round, in the order of their addresses. */
  readonly listing: readonly DiscoveredInstance[];
  /** The result of this round, with every source's answer. */
  readonly discovery: Discovery;
}

function settled<T extends object>(defaults: T, given: Partial<T>): T {
  const entries = Object.entries(given).filter(([key, value]) => key in defaults && value !== undefined);
  return { ...defaults, ...Object.fromEntries(entries) };
}

function requireNumbers(values: WatchPace & WatchRules): void {
  for (const [name, value] of Object.entries(values)) {
    if (!Number.isFinite(value) || value < 0) throw new TypeError(`${name} must be a number, 0 or more`);
  }
  if (values.intervalMs === 0) throw new TypeError('intervalMs must be more than 0');
  if (values.jitter >= 1) throw new TypeError('jitter must be less than 1');
}

function listingOf({ tracked }: WatchState): readonly DiscoveredInstance[] {
  return [...tracked.values()]
    .map(({ instance }) => ({ instance, key: addressSortKey(instance.address.ip) }))
    .sort((left, right) => (left.key < right.key ? -1 : 1))
    .map(({ instance }) => instance);
}

/**
 * The changes of an app's listing, made by `FluxDiscovery.watch`. An instance is `added` when the first source lists it,
 * `changed` when a later announcement says something else of it, and `removed` by the {@link WatchRules} alone: an
 * outage, an empty answer and a source that lags behind remove nobody. The first round reports everybody as added.
 *
 * Rounds start with the first `next()`. Ending the loop, `return()`, disposing and the signal stop it at once, with
 * nothing left behind.
 *
 * @example
 * ```ts
 * for await (const { kind, instance, listing } of discovery.watch('myapp')) {
 *   console.log(kind, instance.address.ip, listing.length);
 * }
 * ```
 */
export class Watch implements AsyncIterableIterator<Change>, AsyncDisposable {
  readonly #ending = new AbortController();
  readonly #changes: AsyncGenerator<Change, undefined, undefined>;
  #latest: Discovery | null = null;
  #state: WatchState = emptyWatchState;

  /** @internal */
  constructor(discover: (signal: AbortSignal) => Promise<Discovery>, clock: Clock, options: WatchOptions) {
    const { rules: givenRules = {}, signal: outer, ...givenPace } = options;
    const pace = settled(defaultWatchPace, givenPace);
    const rules = settled(defaultWatchRules, givenRules);
    requireNumbers({ ...pace, ...rules });
    const signal = outer === undefined ? this.#ending.signal : AbortSignal.any([outer, this.#ending.signal]);
    this.#changes = this.#run(discover, clock, { pace, rules, signal });
  }

  /** The latest round's result, also when it changed nothing; null before the first. */
  get latest(): Discovery | null {
    return this.#latest;
  }

  /** All instances as far as they are reported, in the order of their addresses. */
  get listing(): readonly DiscoveredInstance[] {
    return listingOf(this.#state);
  }

  /** Waits for the next change. */
  async next(): Promise<IteratorResult<Change, undefined>> {
    return await this.#changes.next();
  }

  /** Ends the watch, also a `next()` under way. */
  async return(): Promise<IteratorResult<Change, undefined>> {
    this.#ending.abort();
    return await this.#changes.return(undefined);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.return();
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  async *#run(
    discover: (signal: AbortSignal) => Promise<Discovery>,
    clock: Clock,
    {
      pace,
      rules,
      signal,
    }: { readonly pace: WatchPace; readonly rules: WatchRules; readonly signal: AbortSignal },
  ): AsyncGenerator<Change, undefined, undefined> {
    let failures = 0;
    while (!signal.aborted) {
      const discovery = await discover(signal).catch((error: unknown) => {
        if (signal.aborted && error instanceof DiscoveryError && error.code === 'aborted') return null;
        throw error;
      });
      if (discovery === null) return undefined;
      this.#latest = discovery;
      const { state, changes } = track(this.#state, discovery, clock.nowMs(), rules);
      this.#state = state;
      failures = discovery.known ? 0 : failures + 1;
      const listing = listingOf(state);
      for (const change of changes) yield { ...change, listing, discovery };
      if (!signal.aborted) await clock.sleep(pauseMs(pace, failures, clock.random()), signal);
    }
    return undefined;
  }
}
