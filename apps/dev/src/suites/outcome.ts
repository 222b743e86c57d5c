import { formatTable } from '@flux-pg/node-agent';
import { formatDuration } from '../output.ts';

/** How many tests of a suite ended which way. */
export interface Counts {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

/** A suite that ran, or that could not run: `note` says why or what failed. */
export interface Outcome {
  readonly suite: string;
  readonly counts: Counts;
  readonly durationMs: number;
  readonly note: string;
}

/** Adds counts up. */
export function sum(all: readonly Counts[]): Counts {
  return all.reduce(
    (total, { passed, failed, skipped }) => ({
      passed: total.passed + passed,
      failed: total.failed + failed,
      skipped: total.skipped + skipped,
    }),
    { passed: 0, failed: 0, skipped: 0 },
  );
}

/** A suite in which nothing passed and nothing failed tested nothing, which must not look like success. */
export function withoutSilence(counts: Counts): Counts {
  return counts.passed + counts.failed === 0 ? { ...counts, failed: 1 } : counts;
}

/** One line per suite. */
export function formatOutcomes(outcomes: readonly Outcome[]): string {
  const rows = outcomes.map(({ suite, counts, durationMs, note }) => [
    suite,
    counts.failed === 0 ? 'ok' : 'FAILED',
    `${counts.passed} of ${counts.passed + counts.failed}`,
    counts.skipped === 0 ? '' : `${counts.skipped} skipped`,
    formatDuration(durationMs),
    note,
  ]);
  return formatTable(rows);
}

/** The closing line, by which a run is judged. */
export function formatTotal(outcomes: readonly Outcome[]): string {
  const { passed, failed } = sum(outcomes.map(({ counts }) => counts));
  return `${passed} passed, ${failed} failed`;
}
