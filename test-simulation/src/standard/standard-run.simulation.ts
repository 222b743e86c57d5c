import { availableParallelism } from 'node:os';
import { expect, test } from 'vitest';
import { standardRun } from '../config.ts';
import type { RunAnswer, RunRequest } from '../run/message.ts';
import { runAll } from '../run/pool.ts';

/** How many seeds each profile gets, of every hundred. What can lose data gets the most. */
const shares: Readonly<Record<string, number>> = { full: 35, quorum: 30, founding: 25, minority: 10 };

const { seeds, from } = standardRun;

function* requests(): Generator<RunRequest> {
  for (const [profile, share] of Object.entries(shares)) {
    const count = Math.ceil((seeds * share) / 100);
    for (let seed = from; seed < from + count; seed += 1) {
      yield { seed, profile, schedule: null, fullTrace: false };
    }
  }
}

function problemOf(answer: RunAnswer): string | null {
  if ('error' in answer) return `${answer.seed}: ${answer.error}`;
  const { seed, profile, violation } = answer.verdict;
  return (
    violation && `node src/run/replay.ts ${seed} --profile ${profile}: ${violation.rule}, ${violation.detail}`
  );
}

test(`${seeds} seeds of three to nine nodes keep every promise, and heal`, async () => {
  const problems: string[] = [];
  let runs = 0;
  let virtualMs = 0;
  const startedMs = performance.now();
  await runAll(requests(), availableParallelism(), (answer) => {
    runs += 1;
    if (!('error' in answer)) virtualMs += answer.verdict.virtualMs;
    const problem = problemOf(answer);
    if (problem !== null) problems.push(problem);
  });
  const seconds = (performance.now() - startedMs) / 1000;
  process.stderr.write(
    `simulation: ${runs} runs, ${(virtualMs / 3_600_000).toFixed(1)} virtual hours in ${seconds.toFixed(0)} s\n`,
  );
  expect(problems).toEqual([]);
  expect(runs).toBeGreaterThanOrEqual(seeds);
});
