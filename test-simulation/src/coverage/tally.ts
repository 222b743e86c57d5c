import { addCounts } from './coverage.ts';
import { type Excuse, excuses } from './excused-rules.ts';
import { allRules, idleRules } from './watch-rules.ts';

/** What the runs of a kind came to, by the names of the coverage. */
export type Counts = Map<string, number>;

/** The coverage of the written situations and of the seeds, kept apart: what only a seed comes to may be missed tomorrow. */
export interface Tally {
  readonly situations: Counts;
  readonly seeds: Counts;
}

/** Nothing was run yet. */
export function newTally(): Tally {
  return { situations: new Map(), seeds: new Map() };
}

/** Both together. */
export function mergedCounts({ situations, seeds }: Tally): Counts {
  const total: Counts = new Map(situations);
  addCounts(total, Object.fromEntries(seeds));
  return total;
}

/** What is wrong with the coverage: rules that never decided anything, and excuses of rules that did. */
export function coverageProblems(tally: Tally, excused: readonly Excuse[] = excuses): readonly string[] {
  const total = mergedCounts(tally);
  const names = new Set(excused.flatMap(({ rules }) => rules));
  const idle = idleRules(total).filter((rule) => !names.has(rule));
  const needless = [...names].filter((rule) => total.has(rule));
  const unknown = [...names].filter((rule) => !allRules.includes(rule));
  return [
    ...idle.map((rule) => `${rule} never decided anything`),
    ...needless.map((rule) => `${rule} decides and needs no excuse`),
    ...unknown.map((rule) => `${rule} is excused and does not exist`),
  ];
}

/** The summary in a few lines, as the standard run tells it. */
export function coverageSummary(tally: Tally): string {
  const decided = allRules.filter((rule) => mergedCounts(tally).has(rule)).length;
  const bySeeds = allRules.filter((rule) => tally.seeds.has(rule)).length;
  const bySituations = allRules.filter((rule) => tally.situations.has(rule)).length;
  const excused = excuses.flatMap(({ rules }) => rules).length;
  return (
    `coverage: ${decided} of ${allRules.length} rules decided something (${bySituations} in the written situations, ` +
    `${bySeeds} in the seeds), ${excused} are excused`
  );
}
