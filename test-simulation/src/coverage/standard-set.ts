import type { RunRequest } from '../run/message.ts';
import { situations } from '../scenarios/situations.ts';

/** How many seeds of each profile; all rules of the loop have to be seen in these and the written situations. */
const SHARES: Readonly<Record<string, number>> = {
  founding: 0.25,
  minority: 0.15,
  quorum: 0.1,
  recovery: 0.2,
  restarts: 0.2,
  full: 0.05,
  large: 0.05,
};

/** The standard runs, written situations first. */
export function* standardSet(seeds: number): Generator<RunRequest> {
  const base = { seed: 0, profile: '', schedule: null, fullTrace: false };
  for (const { name } of situations) yield { ...base, situation: name };
  for (const [profile, share] of Object.entries(SHARES)) {
    for (let seed = 0; seed < Math.round(seeds * share); seed += 1) yield { ...base, seed, profile };
  }
}
