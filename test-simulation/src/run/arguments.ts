import { parseArgs } from 'node:util';

/** What the commands of this folder are told on their command line. */
export interface RunArguments {
  readonly seeds: { readonly from: number; readonly count: number };
  readonly profile: string;
  readonly workers: number;
  readonly shrink: boolean;
  /** Written situations with this in their names, instead of a profile's faults. */
  readonly situation: string | null;
}

function wholeNumber(text: string, what: string): number {
  if (!/^\d+$/.test(text)) throw new Error(`${what} is not a whole number: ${text}`);
  return Number(text);
}

/** Reads `SEED [--count N] [--profile NAME | --situation TEXT] [--workers N] [--shrink]`. */
export function readArguments(argv: readonly string[]): RunArguments {
  const { values, positionals } = parseArgs({
    args: [...argv],
    allowPositionals: true,
    options: {
      count: { type: 'string', default: '1' },
      profile: { type: 'string', default: 'minority' },
      workers: { type: 'string', default: '2' },
      shrink: { type: 'boolean', default: false },
      situation: { type: 'string' },
    },
  });
  return {
    seeds: {
      from: wholeNumber(positionals[0] ?? '0', 'the seed'),
      count: wholeNumber(values.count, '--count'),
    },
    profile: values.profile,
    workers: wholeNumber(values.workers, '--workers'),
    shrink: values.shrink,
    situation: values.situation ?? null,
  };
}
