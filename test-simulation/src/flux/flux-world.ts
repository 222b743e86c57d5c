import type { Random } from '../kernel/random.ts';

/** One row of a Flux database. */
export interface Row {
  readonly address: string;
  readonly runningSinceMs: number;
}

/** A node of the Flux network as the node list has it; its own API is the source of that number. */
export interface NetworkNode {
  readonly id: string;
  readonly address: { readonly ip: string; readonly apiPort: number; readonly family: 4 };
  readonly tier: string;
}

/** How one source answers now. `stale` answers as it would have at `sinceMs`. */
export type Mood =
  | { readonly kind: 'honest' }
  | { readonly kind: 'failing' }
  | { readonly kind: 'empty' }
  | { readonly kind: 'halved' }
  | { readonly kind: 'stale'; readonly sinceMs: number }
  | { readonly kind: 'lying'; readonly without: readonly string[] };

/** The databases of the Flux network: each node keeps its own, and they follow the truth with a lag. */
export interface FluxWorld {
  /** Number of witnesses; 1 where a private API stands for all. Where they are agreed on, of nodes that can be witnesses. */
  readonly witnessCount: number;
  /** Whether the cluster has to agree on its witnesses first; otherwise everybody has known them from the start. */
  readonly agreed: boolean;
  /** The node list as the public API shows it; throws where that fails. */
  readonly nodeList: (caller: string) => readonly NetworkNode[];
  /** The node is no longer in the network: neither listed nor answering. */
  readonly leave: (source: number) => void;
  readonly expectedNodes: () => number;
  readonly setExpectedNodes: (count: number) => void;
  /** What the caller is told of the app's specification: the number of instances; throws where it is unavailable. */
  readonly specification: (caller: string) => number;
  /** From now on the caller gets no specification. */
  readonly hideSpecification: (caller: string) => void;
  /** The truth: an instance runs at that address, or no longer does. */
  readonly register: (address: string) => void;
  readonly deregister: (address: string) => void;
  readonly registered: () => readonly string[];
  /** One source's answer to one caller; throws where the source fails. */
  readonly answer: (source: number, caller: string) => readonly Row[];
  readonly setMood: (source: number | 'all', caller: string | 'all', mood: Mood) => void;
  readonly calm: () => void;
}

/** A registration takes this long to reach a database; a removal follows Flux's own expiry, shortened. */
const LAG_MS = { least: 500, most: 8000 } as const;

/** The API port that witnesses are named by. */
const API_PORT = 16127;

/** Where the API of a witness listens. */
export function witnessAddress(source: number): string {
  return `5.${source}.0.1:${API_PORT}`;
}

function nodeOf(source: number): NetworkNode {
  const address = { ip: `5.${source}.0.1`, apiPort: API_PORT, family: 4 as const };
  return { id: source.toString(16).padStart(64, '0'), address, tier: 'CUMULUS' };
}

interface Change {
  readonly atMs: number;
  readonly rows: readonly Row[];
}

function truthAt(changes: readonly Change[], atMs: number): readonly Row[] {
  for (let index = changes.length - 1; index >= 0; index -= 1) {
    const change = changes[index];
    if (change !== undefined && change.atMs <= atMs) return change.rows;
  }
  return [];
}

function inMood(
  mood: Mood,
  rows: readonly Row[],
  stale: (sinceMs: number) => readonly Row[],
): readonly Row[] {
  switch (mood.kind) {
    case 'honest':
      return rows;
    case 'failing':
      throw new Error('HTTP status 500');
    case 'empty':
      return [];
    case 'halved':
      return rows.slice(0, Math.floor(rows.length / 2));
    case 'stale':
      return stale(mood.sinceMs);
    case 'lying':
      return rows.filter(({ address }) => !mood.without.includes(address));
  }
}

/** Makes the databases; source 0 is the public API, and the only witness where `witnessCount` is 1. */
export function createFluxWorld(options: {
  readonly nowMs: () => number;
  readonly wallMs: () => number;
  readonly random: Random;
  readonly witnessCount: number;
  readonly agreed?: boolean;
  readonly expectedNodes: number;
}): FluxWorld {
  const { nowMs, wallMs, random, witnessCount, agreed = false } = options;
  const lags = Array.from({ length: witnessCount + 1 }, () => random.int(LAG_MS.least, LAG_MS.most));
  const changes: Change[] = [];
  const moods = new Map<string, Mood>();
  const left = new Set<number>();
  const uninformed = new Set<string>();
  let expectedNodes = options.expectedNodes;
  let rows: readonly Row[] = [];
  const change = (next: readonly Row[]) => {
    rows = next;
    changes.push({ atMs: nowMs(), rows });
  };
  const moodOf = (source: number, caller: string): Mood =>
    moods.get(`${source} ${caller}`) ??
    moods.get(`${source} all`) ??
    moods.get(`all ${caller}`) ??
    moods.get('all all') ?? { kind: 'honest' };
  return {
    witnessCount,
    agreed,
    nodeList: (caller) => {
      if (moodOf(0, caller).kind === 'failing') throw new Error('HTTP status 500');
      const sources = Array.from({ length: witnessCount }, (_, index) => index + 1);
      return sources.filter((source) => !left.has(source)).map(nodeOf);
    },
    leave: (source) => {
      left.add(source);
    },
    expectedNodes: () => expectedNodes,
    setExpectedNodes: (count) => {
      expectedNodes = count;
    },
    specification: (caller) => {
      if (uninformed.has(caller)) throw new Error('HTTP status 500');
      return expectedNodes;
    },
    hideSpecification: (caller) => {
      uninformed.add(caller);
    },
    register: (address) => {
      if (!rows.some((row) => row.address === address))
        change([...rows, { address, runningSinceMs: wallMs() }]);
    },
    deregister: (address) => change(rows.filter((row) => row.address !== address)),
    registered: () => rows.map(({ address }) => address),
    answer: (source, caller) => {
      if (left.has(source)) throw new Error('no answer');
      const lagMs = lags[source] ?? 0;
      const asOf = (atMs: number) => truthAt(changes, atMs - lagMs);
      return inMood(moodOf(source, caller), asOf(nowMs()), asOf);
    },
    setMood: (source, caller, mood) => {
      moods.set(`${source} ${caller}`, mood);
    },
    calm: () => {
      moods.clear();
      uninformed.clear();
    },
  };
}
