import { formatFault } from '../faults/fault.ts';
import { formatEntry } from '../kernel/trace.ts';
import { situations } from '../scenarios/situations.ts';
import { readArguments } from './arguments.ts';
import type { RunRequest } from './message.ts';
import { Runner } from './pool.ts';
import type { Verdict } from './run-seed.ts';
import { shrinkSchedule } from './shrink.ts';

/**
 * `node src/run/replay.ts SEED [--profile NAME] [--shrink]`: makes one run again and prints its whole trace. With `--shrink` it
 * first leaves out every fault that the violation does not need; with `--situation TEXT` it plays the first one of that name.
 */
async function run(runner: Runner, request: RunRequest): Promise<Verdict> {
  const answer = await runner.ask(request);
  if ('error' in answer) throw new Error(answer.error);
  return answer.verdict;
}

async function shrunk(runner: Runner, request: RunRequest): Promise<Verdict> {
  const found = await run(runner, request);
  const rule = found.violation?.rule;
  if (rule === undefined) return found;
  const schedule = await shrinkSchedule(found.schedule, async (candidate) => {
    const { violation } = await run(runner, { ...request, schedule: candidate, fullTrace: false });
    return violation?.rule === rule;
  });
  return run(runner, { ...request, schedule });
}

function print(verdict: Verdict): void {
  const { trace, coverage: _, schedule, ...rest } = verdict;
  for (const entry of trace) console.log(formatEntry(entry));
  console.log(`\nschedule:\n${schedule.map((fault) => `  ${formatFault(fault)}`).join('\n')}`);
  console.log(rest);
}

function situationNamed(text: string): { readonly situation: string } {
  const found = situations.find(({ name }) => name.includes(text));
  if (found === undefined) throw new Error(`no situation is named like ${text}`);
  return { situation: found.name };
}

const { seeds, profile, shrink, situation } = readArguments(process.argv.slice(2));
const runner = new Runner();
const request: RunRequest = {
  seed: seeds.from,
  profile,
  schedule: null,
  fullTrace: true,
  ...(situation === null ? {} : situationNamed(situation)),
};
const verdict = shrink && situation === null ? await shrunk(runner, request) : await run(runner, request);
print(verdict);
await runner.close();
process.exitCode = verdict.violation === null ? 0 : 1;
