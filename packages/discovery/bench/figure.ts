/** One measured figure and what it may be at most; without a bound it is only shown. */
export interface Figure {
  readonly name: string;
  readonly value: number;
  readonly unit: 'ms' | 'kB';
  readonly below?: number;
}

/** Whether a figure is within its bound. */
export function isWithinBound({ value, below }: Figure): boolean {
  return below === undefined || value < below;
}

/** One line: name, value, bound, verdict. */
export function line(figure: Figure): string {
  const { name, value, unit, below } = figure;
  const shown = `${name.padEnd(62)} ${value.toFixed(2).padStart(8)} ${unit}`;
  if (below === undefined) return shown;
  return `${shown}  bound ${String(below).padStart(3)} ${unit}  ${isWithinBound(figure) ? 'ok' : 'MISSED'}`;
}

/** The middle one of an odd number of values, and the higher of the two in the middle otherwise. */
export function median(values: readonly number[]): number {
  return [...values].sort((left, right) => left - right)[Math.floor(values.length / 2)] ?? Number.NaN;
}

/** How long one run takes. */
export function onceMs(run: () => unknown): number {
  const startMs = performance.now();
  run();
  return performance.now() - startMs;
}

/** The median of many runs, after as many that only warm up. */
export function medianMs(run: () => unknown, repetitions: number): number {
  const times = Array.from({ length: repetitions * 2 }, () => onceMs(run));
  return median(times.slice(repetitions));
}
