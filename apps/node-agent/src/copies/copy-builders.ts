import type { Copy } from './copy.ts';

/** The node id of node `n`. */
export function nodeId(n: number): string {
  return `0000000${n}-0000-4000-8000-000000000000`;
}

/** An LSN for a small number; 255 is the last one before the first half goes up. */
export function lsnOf(n: number): string {
  const value = 0xffffff00 + n;
  const high = Math.floor(value / 2 ** 32);
  return `${high.toString(16)}/${(value % 2 ** 32).toString(16)}`.toUpperCase();
}

/** What a test states about a copy: `at` is `[timeline, n]`, `from` the ancestors as `[timeline, n]`. */
export type CopyDifference = Partial<Omit<Copy, 'nodeId' | 'walEnd' | 'history' | 'running'>> & {
  readonly at?: readonly [number, number] | null;
  readonly from?: readonly (readonly [number, number])[];
  readonly running?: readonly [string, number, number] | null;
};

/** The stopped copy of node `n`, at 100 on the first timeline. */
export function aCopy(n: number, difference: CopyDifference = {}): Copy {
  const { at = [1, 100], from = [], running = null, ...rest } = difference;
  return {
    nodeId: nodeId(n),
    systemId: '7000000000000000001',
    walEnd: at === null ? null : { timeline: at[0], lsn: lsnOf(at[1]) },
    controlState: 'shut down',
    consistent: true,
    history: from.map(([timeline, switched]) => ({ timeline, switchLsn: lsnOf(switched) })),
    unfinished: null,
    restored: false,
    running: running === null ? null : { role: running[0], timeline: running[1], lsn: lsnOf(running[2]) },
    ...rest,
  };
}
