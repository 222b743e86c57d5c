import type { Counts } from './outcome.ts';

/**
 * Counts out of the closing lines of turbo (` Tasks:    9 successful, 9 total`), one test per package. A run that did
 * not come that far counts as one failure, and so does one that ended badly with all its tasks done.
 */
export function countTurbo(printed: string, exitCode: number): Counts {
  const [, successful, total] = /^\s*Tasks:\s+(\d+) successful, (\d+) total/m.exec(printed) ?? [];
  if (successful === undefined || total === undefined) return { passed: 0, failed: 1, skipped: 0 };
  const failed = Number(total) - Number(successful);
  return {
    passed: Number(successful),
    failed: failed === 0 && exitCode !== 0 ? 1 : failed,
    skipped: 0,
  };
}
