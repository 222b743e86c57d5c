import type { Random } from '../kernel/random.ts';

/** Who has an address now: a node of the app, somebody who has nothing to do with it, or nobody. */
export type Holder = { readonly kind: 'node'; readonly key: string } | { readonly kind: 'stranger' } | null;

/** The public internet between the nodes: addresses move, ways are cut in one direction or both. */
export interface Network {
  readonly holderOf: (address: string) => Holder;
  readonly addressOf: (key: string) => string | null;
  /** Gives a node an address; whoever had it has none then. */
  readonly assign: (key: string, address: string) => void;
  /** A service that speaks, but not our protocol. */
  readonly assignStranger: (address: string) => void;
  readonly vacate: (address: string) => void;
  readonly cut: (from: string, to: string) => void;
  readonly heal: (from: string, to: string) => void;
  readonly healAll: () => void;
  /** Whether packets from one node reach the other; a node always reaches itself. */
  readonly passes: (from: string, to: string) => boolean;
  /** Whether a connection between the two works: it takes both directions. */
  readonly connected: (left: string, right: string) => boolean;
  readonly oneWayMs: (from: string, to: string) => number;
  /** Changes with each change of addresses or cuts. */
  readonly version: () => number;
}

/** One-way delays in whole milliseconds, so that answers share instants and the run has fewer of them. */
const ONE_WAY_MS = { least: 5, most: 60 } as const;

function pairOf(left: string, right: string): string {
  return left < right ? `${left} ${right}` : `${right} ${left}`;
}

/** Makes a network that nobody is connected to yet. */
export function createNetwork(random: Random): Network {
  const holders = new Map<string, Exclude<Holder, null>>();
  const addresses = new Map<string, string>();
  const cuts = new Set<string>();
  const delays = new Map<string, number>();
  let version = 0;
  const vacate = (address: string) => {
    const holder = holders.get(address);
    if (holder?.kind === 'node') addresses.delete(holder.key);
    holders.delete(address);
    version += 1;
  };
  const passes = (from: string, to: string) => from === to || cuts.size === 0 || !cuts.has(`${from}>${to}`);
  return {
    holderOf: (address) => holders.get(address) ?? null,
    addressOf: (key) => addresses.get(key) ?? null,
    assign: (key, address) => {
      const previous = addresses.get(key);
      if (previous !== undefined) vacate(previous);
      vacate(address);
      holders.set(address, { kind: 'node', key });
      addresses.set(key, address);
    },
    assignStranger: (address) => {
      vacate(address);
      holders.set(address, { kind: 'stranger' });
    },
    vacate,
    cut: (from, to) => {
      cuts.add(`${from}>${to}`);
      version += 1;
    },
    heal: (from, to) => {
      cuts.delete(`${from}>${to}`);
      version += 1;
    },
    healAll: () => {
      cuts.clear();
      version += 1;
    },
    passes,
    connected: (left, right) => passes(left, right) && passes(right, left),
    oneWayMs: (from, to) => {
      if (from === to) return 0;
      const pair = pairOf(from, to);
      const known = delays.get(pair);
      if (known !== undefined) return known;
      const ms = random.int(ONE_WAY_MS.least, ONE_WAY_MS.most);
      delays.set(pair, ms);
      return ms;
    },
    version: () => version,
  };
}
