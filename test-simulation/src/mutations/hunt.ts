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

const BASE = { profile: 'minority', schedule: null, fullTrace: false } as const;
/** A moment that a situation aims at may be missed with one world's latencies, and another world is as good. */
const WORLDS = 3;

function* requestsOf({ grounds }: Mutation): Generator<RunRequest> {
  for (const ground of grounds) {
    if ('situations' in ground) {
      for (let seed = 1; seed <= WORLDS; seed += 1) {
        for (const situation of ground.situations) yield { ...BASE, seed, situation };
      }
    } else {
      for (let seed = 0; seed < ground.seeds; seed += 1) yield { ...BASE, seed, profile: ground.profile };
    }
  }
}

async function run(runner: Runner, request: RunRequest): Promise<Verdict> {
  const answer = await runner.ask(request);
  if ('error' in answer) throw new Error(answer.error);
  return answer.verdict;
}

function isCaught({ violates }: Mutation, violation: Violation | null): violation is Violation {
  return violation !== null && (violates === undefined || violates.includes(violation.rule));
}

/** In how many worlds each written situation of a mistake shows it: what only few show is found by luck. */
export async function countCatches(
  mutation: Mutation,
  worlds: number,
): Promise<readonly { readonly situation: string; readonly caught: number }[]> {
  const mutated = new Runner(mutation.name);
  const counts = [];
  try {
    for (const situation of mutation.grounds.flatMap((ground) =>
      'situations' in ground ? ground.situations : [],
    )) {
      let caught = 0;
      for (let seed = 1; seed <= worlds; seed += 1) {
        const { violation } = await run(mutated, { ...BASE, seed, situation });
        if (isCaught(mutation, violation)) caught += 1;
      }
      counts.push({ situation, caught });
    }
    return counts;
  } finally {
    await mutated.close();
  }
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
      if (!isCaught(mutation, violation)) continue;
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
