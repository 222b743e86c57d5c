import { expect, it } from 'vitest';
import { profiles } from '../faults/profile.ts';
import { runSeed } from './run-seed.ts';

const SEEDS = 12;

it.each(['founding', 'minority', 'quorum'])(
  'keeps every rule under the faults of %s',
  async (name) => {
    const profile = profiles[name];
    if (profile === undefined) throw new Error(`there is no profile ${name}`);
    for (let seed = 0; seed < SEEDS; seed += 1) {
      const { violation } = await runSeed({ seed, profile });
      expect({ seed, violation }).toEqual({ seed, violation: null });
    }
  },
  120_000,
);

it('makes the same run again, faults included', async () => {
  const profile = profiles.minority;
  if (profile === undefined) throw new Error('there is no such profile');
  const first = await runSeed({ seed: 5, profile });
  const second = await runSeed({ seed: 5, profile });
  expect(second.digest).toBe(first.digest);
  expect(first.schedule.length).toBeGreaterThan(0);
});
