/** Where a command writes, and when it has to end. */
export interface Terminal {
  readonly out: (text: string) => void;
  readonly err: (text: string) => void;
  /** Aborted when the user interrupts. */
  readonly signal: AbortSignal;
  readonly nowMs: () => number;
}

/** How a command ended, as an exit status. */
export const exitStatus = {
  ok: 0,
  /** Flux gave no usable answer, or the doctor found something broken. */
  failed: 1,
  /** The command was called wrongly. */
  usage: 2,
  /** Flux answered, and nothing is known of the app: there may be none of that name. */
  unknown: 3,
  interrupted: 130,
} as const;

/** Rows under a heading, in columns as wide as their widest cell. */
export function table(heading: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = heading.map((title, column) =>
    Math.max(title.length, ...rows.map((row) => (row[column] ?? '').length)),
  );
  const line = (cells: readonly string[]) =>
    cells
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd();
  return `${[heading, ...rows].map(line).join('\n')}\n`;
}

const UNITS = [
  [86_400_000, 'd'],
  [3_600_000, 'h'],
  [60_000, 'min'],
  [1000, 's'],
] as const;

/** A duration in the largest unit that it fills, such as `3 d`. */
export function duration(ms: number): string {
  const [sizeMs, unit] = UNITS.find(([size]) => ms >= size) ?? [1, 'ms'];
  return `${Math.floor(ms / sizeMs)} ${unit}`;
}

/** How long ago something was, or a dash where it is unknown. */
export function ago(date: Date | undefined, nowMs: number): string {
  return date === undefined ? '-' : duration(Math.max(0, nowMs - date.getTime()));
}

/** One document, with errors as their codes and messages, so that nothing of a stack shows. */
export function json(document: unknown): string {
  const readable = (_key: string, value: unknown) =>
    value instanceof Error
      ? { code: 'code' in value ? value.code : undefined, message: value.message }
      : value;
  return `${JSON.stringify(document, readable)}\n`;
}
