import { availableParallelism } from 'node:os';
import { beforeAll, expect, test } from 'vitest';
import { standardRun } from '../config.ts';
import { addCounts } from '../coverage/coverage.ts';
import { coverageProblems, coverageSummary, newTally } from '../coverage/tally.ts';
import type { RunAnswer } from '../run/message.ts';
import { runAll } from '../run/pool.ts';
import { standardSeeds, writtenSituations } from './standard-requests.ts';

const { seeds, from } = standardRun;
const tally = newTally();
const problems: string[] = [];
const sums = { runs: 0, virtualMs: 0 };

function problemOf(answer: RunAnswer): string | null {
  if ('error' in answer) return `${answer.seed}: ${answer.error}`;
  const { seed, profile, violation } = answer.verdict;
  return (
    violation && `node src/run/replay.ts ${seed} --profile ${profile}: ${violation.rule}, ${violation.detail}`
  );
}

beforeAll(async () => {
  const startedMs = performance.now();
  await runAll(writtenSituations(), availableParallelism(), (answer) => {
    if ('error' in answer) problems.push(answer.error);
    else addCounts(tally.situations, answer.verdict.coverage);
  });
  await runAll(standardSeeds(seeds, from), availableParallelism(), (answer) => {
    sums.runs += 1;
    const problem = problemOf(answer);
    if (problem !== null) problems.push(problem);
    if ('error' in answer) return;
    sums.virtualMs += answer.verdict.virtualMs;
    addCounts(tally.seeds, answer.verdict.coverage);
  });
  const seconds = (performance.now() - startedMs) / 1000;
  process.stderr.write(
    `simulation: ${sums.runs} runs, ${(sums.virtualMs / 3_600_000).toFixed(1)} virtual hours in ${seconds.toFixed(0)} s\n` +
      `${coverageSummary(tally)}\n`,
  );
}, 3_600_000);

test(`${seeds} seeds of three to nine nodes keep every promise, and heal`, () => {
  expect(problems).toEqual([]);
  expect(sums.runs).toBeGreaterThanOrEqual(seeds);
});

test('every rule of every decision list has decided something in these runs or in a written situation', () => {
  expect(coverageProblems(tally)).toEqual([]);
});
