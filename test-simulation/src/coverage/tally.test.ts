import { existsSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { excuses } from './excused-rules.ts';
import { coverageProblems, newTally } from './tally.ts';
import { allRules } from './watch-rules.ts';

const [first = '', second = ''] = allRules;

/** Every rule decided once in a situation, but for these. */
function aTally({ idle = [] }: { readonly idle?: readonly string[] }) {
  const decided = allRules.filter((rule) => !idle.includes(rule));
  return { ...newTally(), situations: new Map(decided.map((rule) => [rule, 1])) };
}

function anExcuse(...rules: readonly string[]) {
  return { rules, why: 'for the test', provenBy: 'nowhere' };
}

describe('the coverage', () => {
  it('has no fault where every rule decided, in a situation or in a seed', () => {
    expect(coverageProblems(aTally({}), [])).toEqual([]);
    const seeds = new Map([[first, 1]]);
    expect(coverageProblems({ ...aTally({ idle: [first] }), seeds }, [])).toEqual([]);
  });

  it('has the fault of each rule that never decided, unless it is excused', () => {
    const tally = aTally({ idle: [first, second] });
    expect(coverageProblems(tally, [anExcuse(first)])).toEqual([`${second} never decided anything`]);
  });

  it('has the fault of an excuse that is not needed, or for no rule', () => {
    expect(coverageProblems(aTally({}), [anExcuse(first, 'loop:no-such-rule')])).toEqual([
      `${first} decides and needs no excuse`,
      'loop:no-such-rule is excused and does not exist',
    ]);
  });

  it('excuses only rules that exist, each with a test that is there', () => {
    const excused = excuses.flatMap(({ rules }) => rules);
    expect(excused.filter((rule) => !allRules.includes(rule))).toEqual([]);
    const proofs = excuses.map(({ provenBy }) => new URL(`../../../${provenBy}`, import.meta.url));
    expect(proofs.filter((proof) => !existsSync(proof))).toEqual([]);
  });
});
