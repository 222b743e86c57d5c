import type { RunRequest } from '../run/message.ts';
import { situations } from '../scenarios/situations.ts';

/** How many seeds each profile gets, of a hundred. What can lose data gets the most, as far as its runs are not the dearest. */
const SHARES: Readonly<Record<string, number>> = {
  founding: 25,
  recovery: 15,
  restarts: 15,
  full: 15,
  quorum: 10,
  small: 10,
  minority: 5,
  volumes: 5,
};

/** The seeds of the standard run. */
export function* standardSeeds(seeds: number, from: number): Generator<RunRequest> {
  for (const [profile, share] of Object.entries(SHARES)) {
    const count = Math.ceil((seeds * share) / 100);
    for (let seed = from; seed < from + count; seed += 1) {
      yield { seed, profile, schedule: null, fullTrace: false };
    }
  }
}

/** All written situations as runs: what seldom happens by chance is in one of them. */
export function* writtenSituations(): Generator<RunRequest> {
  for (const { name } of situations) {
    yield { seed: 1, profile: name, schedule: null, fullTrace: false, situation: name };
  }
}
