import { describe, expect, it } from 'vitest';
import { mutations } from './catalogue/index.ts';
import { hunt } from './hunt.ts';

/** Those that a written situation shows; `check.ts` looks for all of them, through seeds as well. */
const byFirstSituation = mutations.filter(({ grounds, hole }) => {
  const [first] = grounds;
  return hole === undefined && first !== undefined && 'situations' in first;
});

describe('a deliberate mistake in the protocol is noticed', () => {
  it.each(byFirstSituation.map((mutation) => [mutation.name, mutation] as const))(
    '%s',
    { timeout: 300_000 },
    async (_, mutation) => {
      expect(await hunt(mutation)).not.toBeNull();
    },
  );
});
