import type { FluxDiscovery, Watch, WatchOptions } from '@flux-pg/discovery';
import { expect } from 'vitest';
import { APP, HOSTING } from './routed-network.ts';
import type { VirtualTime } from './virtual-time.ts';

/** One change that a watch has reported. */
export interface Report {
  readonly kind: string;
  readonly ip: string;
  readonly atMs: number;
  readonly hintOnly: boolean;
}

/** A watch under way with what it has reported. */
export interface WatchLog extends AsyncDisposable {
  readonly watch: Watch;
  /** What was reported since the last look. */
  readonly take: () => readonly Report[];
  /** The same in short: `added 8.8.4.1`. */
  readonly takeTexts: () => readonly string[];
  /** The IPs in the listing as the watch has reported it. */
  readonly ips: () => readonly string[];
}

/** Starts to watch the app. It goes on whenever the clock runs. */
export function logWatch(discovery: FluxDiscovery, time: VirtualTime, options: WatchOptions = {}): WatchLog {
  const watch = discovery.watch(APP, options);
  let reports: readonly Report[] = [];
  const watching = (async () => {
    for await (const { kind, instance } of watch) {
      const { address, hintOnly } = instance;
      reports = [...reports, { kind, ip: address.ip, atMs: time.nowMs(), hintOnly }];
    }
  })();
  const take = () => {
    const taken = reports;
    reports = [];
    return taken;
  };
  return {
    watch,
    take,
    takeTexts: () => take().map(({ kind, ip }) => `${kind} ${ip}`),
    ips: () => watch.listing.map(({ address }) => address.ip),
    [Symbol.asyncDispose]: async () => {
      await watch.return();
      await watching;
    },
  };
}

/** What a watch reports when all of these are found. */
export function added(ips: readonly string[]): readonly string[] {
  return ips.map((ip) => `added ${ip}`);
}

/** Starts to watch the app and lets time pass until everybody is found, and nothing else is reported. */
export async function settledWatch(
  discovery: FluxDiscovery,
  time: VirtualTime,
  { forMs = 5 * 60_000, ...options }: WatchOptions & { readonly forMs?: number } = {},
): Promise<WatchLog> {
  const log = logWatch(discovery, time, options);
  await time.run(forMs);
  expect(log.takeTexts()).toEqual(added(HOSTING));
  return log;
}
