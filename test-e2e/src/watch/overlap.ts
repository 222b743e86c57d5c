/** One answer of a node to the question whether it takes writes; true at some moment between asking and answering. */
export interface WritableSample {
  readonly node: string;
  readonly askedMs: number;
  readonly answeredMs: number;
  readonly writable: boolean;
}

/** Two nodes that took writes at the same moment. */
export interface Overlap {
  readonly nodes: readonly [string, string];
  readonly atMs: number;
}

/** A node must be asked this often for two answers to speak for the time between them. */
const MAX_SPAN_MS = 2000;

function writableSpans(samples: readonly WritableSample[]): { node: string; fromMs: number; toMs: number }[] {
  const last = new Map<string, WritableSample>();
  return samples.flatMap((sample) => {
    const before = last.get(sample.node);
    last.set(sample.node, sample);
    if (before?.writable !== true || !sample.writable) return [];
    if (sample.answeredMs - before.askedMs > MAX_SPAN_MS) return [];
    return [{ node: sample.node, fromMs: before.answeredMs, toMs: sample.askedMs }];
  });
}

/**
 * Proven overlaps only: an answer of one node that was asked for and given between two neighbouring answers of another, all of
 * them "writable". The samples of a node have to be in the order of time.
 */
export function findOverlaps(samples: readonly WritableSample[]): readonly Overlap[] {
  const spans = writableSpans(samples);
  return samples
    .filter(({ writable }) => writable)
    .flatMap(({ node, askedMs, answeredMs }) =>
      spans
        .filter((span) => span.node !== node && span.fromMs <= askedMs && answeredMs <= span.toMs)
        .map((span): Overlap => ({ nodes: [span.node, node], atMs: askedMs })),
    );
}
