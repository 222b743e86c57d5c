import { formatNodeAddress } from '../address/node-address.ts';
import type { FluxDiscovery } from '../discover/flux-discovery.ts';
import type { Change } from '../watch/watch.ts';
import type { Arguments } from './arguments.ts';
import { exitStatus, json, type Terminal } from './terminal.ts';

function line({ kind, instance, listing }: Change, nowMs: number): string {
  const by = instance.listedBy.map(({ name }) => name).join(', ');
  const now = listing.length === 1 ? '1 instance now' : `${listing.length} instances now`;
  const why = kind === 'removed' ? 'no longer listed' : `listed by ${by}`;
  return `${new Date(nowMs).toISOString()}  ${kind.padEnd(7)}  ${formatNodeAddress(instance.address)}  ${now}, ${why}\n`;
}

/** Reports changes until there were enough, or the user interrupts. */
export async function watchApp(
  discovery: FluxDiscovery,
  { app, intervalMs, changes, json: asJson }: Arguments,
  terminal: Terminal,
): Promise<number> {
  let left = changes;
  const watch = discovery.watch(app, { intervalMs, signal: terminal.signal });
  for await (const change of watch) {
    const nowMs = terminal.nowMs();
    terminal.out(asJson ? json({ time: new Date(nowMs).toISOString(), ...change }) : line(change, nowMs));
    left -= 1;
    if (left <= 0) return exitStatus.ok;
  }
  return exitStatus.interrupted;
}
