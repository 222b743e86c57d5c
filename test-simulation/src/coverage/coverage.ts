/** Which decisions were taken, as `action reason`, and how often. */
export interface Coverage {
  readonly decided: (action: string, reason: string) => void;
  readonly counts: () => Readonly<Record<string, number>>;
}

/** Counts the decisions of one run. */
export function createCoverage(): Coverage {
  const counts = new Map<string, number>();
  return {
    decided: (action, reason) => {
      const key = `${action} ${reason}`;
      counts.set(key, (counts.get(key) ?? 0) + 1);
    },
    counts: () => Object.fromEntries(counts),
  };
}

/** Adds the counts of one run to those of all. */
export function addCounts(total: Map<string, number>, counts: Readonly<Record<string, number>>): void {
  for (const [key, count] of Object.entries(counts)) total.set(key, (total.get(key) ?? 0) + count);
}

/** Reason codes that the sources name and no run has decided on. `known` is what the agent can say. */
export function uncovered(known: readonly string[], total: ReadonlyMap<string, number>): readonly string[] {
  const decided = new Set([...total.keys()].map((key) => key.slice(key.indexOf(' ') + 1)));
  return known.filter((reason) => !decided.has(reason));
}
