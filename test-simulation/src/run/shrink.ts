import type { Fault } from '../faults/fault.ts';

/** Whether a schedule still breaks the rule in question. */
export type StillBreaks = (schedule: readonly Fault[]) => Promise<boolean>;

/**
 * Leaves faults out for as long as the same rule is broken: halves first, then smaller pieces, then single ones. The result
 * breaks the rule, and without any one of its faults it does not.
 */
export async function shrinkSchedule(
  schedule: readonly Fault[],
  stillBreaks: StillBreaks,
): Promise<readonly Fault[]> {
  let shortest = schedule;
  let pieceLength = Math.ceil(shortest.length / 2);
  while (pieceLength >= 1 && shortest.length > 0) {
    let isShorter = false;
    for (let from = 0; from < shortest.length; ) {
      const candidate = [...shortest.slice(0, from), ...shortest.slice(from + pieceLength)];
      if (await stillBreaks(candidate)) {
        shortest = candidate;
        isShorter = true;
      } else from += pieceLength;
    }
    if (pieceLength === 1 && !isShorter) break;
    pieceLength = pieceLength === 1 ? 1 : Math.ceil(pieceLength / 2);
  }
  return shortest;
}
