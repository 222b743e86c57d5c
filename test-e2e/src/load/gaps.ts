/** A time without an acknowledged write, in milliseconds of one clock. */
export interface Gap {
  readonly fromMs: number;
  readonly toMs: number;
}

/** The times between neighbouring acknowledgements, the time before the first and the time after the last among them. */
export function gapsBetween(startedMs: number, acknowledgedMs: readonly number[], endedMs: number): Gap[] {
  const moments = [startedMs, ...acknowledgedMs, endedMs];
  return moments.slice(1).map((toMs, index) => ({ fromMs: moments[index] ?? startedMs, toMs }));
}

/** A gap's length. */
export function lengthMs({ fromMs, toMs }: Gap): number {
  return toMs - fromMs;
}

/** The longest of some gaps; an empty one where there are none. */
export function longestGap(gaps: readonly Gap[]): Gap {
  return gaps.reduce((longest, gap) => (lengthMs(gap) > lengthMs(longest) ? gap : longest), {
    fromMs: 0,
    toMs: 0,
  });
}
