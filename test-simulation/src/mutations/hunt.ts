import type { RunRequest } from '../run/message.ts';
import { Runner } from '../run/pool.ts';
import type { Verdict } from '../run/run-seed.ts';
import type { Violation } from '../safety/violation.ts';
import type { Mutation } from './mutation.ts';

/** How a mistake was noticed. */
export interface Catch {
  readonly ground: string;
  /** Runs that were made with the mistake until it was noticed. */
  readonly runs: number;
  readonly violation: Violation;
}

function* requestsOf({ grounds }: Mutation): Generator<RunRequest> {
  const base = { seed: 0, profile: 'minority', schedule: null, fullTrace: false };
  for (const ground of grounds) {
    if ('situations' in ground) {
      for (const situation of ground.situations) yield { ...base, situation };
    } else {
      for (let seed = 0; seed < ground.seeds; seed += 1) yield { ...base, seed, profile: ground.profile };
    }
  }
}

async function run(runner: Runner, request: RunRequest): Promise<Verdict> {
  const answer = await runner.ask(request);
  if ('error' in answer) throw new Error(answer.error);
  return answer.verdict;
}

/**
 * Looks for a run in which the mistake breaks a rule that the real protocol keeps in the same run; null where there is none
 * among its grounds.
 */
export async function hunt(mutation: Mutation): Promise<Catch | null> {
  const mutated = new Runner(mutation.name);
  const real = new Runner();
  let runs = 0;
  try {
    for (const request of requestsOf(mutation)) {
      runs += 1;
      const { violation } = await run(mutated, request);
      if (violation === null) continue;
      if (mutation.violates !== undefined && !mutation.violates.includes(violation.rule)) continue;
      if ((await run(real, request)).violation !== null) continue;
      const ground = request.situation ?? `seed ${request.seed} of ${request.profile}`;
      return { ground, runs, violation };
    }
    return null;
  } finally {
    await mutated.close();
    await real.close();
  }
}
