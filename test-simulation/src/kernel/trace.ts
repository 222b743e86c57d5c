/** One thing that happened. */
export interface TraceEntry {
  readonly atMs: number;
  readonly node: string;
  readonly event: string;
}

/** What happened in a run: the last entries, or all, and a digest of everything. */
export interface Trace {
  readonly add: (node: string, event: string) => void;
  readonly entries: () => readonly TraceEntry[];
  /** Equal runs have equal digests. */
  readonly digest: () => string;
}

/** Entries that are kept of a run nobody watches: a violation is seldom explained by what is older. */
const KEPT = 400;

/** Makes a trace; with `full` nothing is forgotten. */
export function createTrace(nowMs: () => number, full: boolean, watch?: (entry: TraceEntry) => void): Trace {
  const entries: TraceEntry[] = [];
  let hash = 0x811c9dc5;
  let count = 0;
  return {
    add: (node, event) => {
      const entry = { atMs: nowMs(), node, event };
      const text = `${entry.atMs} ${node} ${event}`;
      for (let index = 0; index < text.length; index += 1) {
        hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193) >>> 0;
      }
      count += 1;
      watch?.(entry);
      entries.push(entry);
      if (!full && entries.length > 2 * KEPT) entries.splice(0, KEPT);
    },
    entries: () => entries,
    digest: () => `${hash.toString(16).padStart(8, '0')}-${count}`,
  };
}

/** One line of a trace for people. */
export function formatEntry({ atMs, node, event }: TraceEntry): string {
  return `${(atMs / 1000).toFixed(3).padStart(9)} ${node.padEnd(4)} ${event}`;
}
