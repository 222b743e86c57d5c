import { parentPort } from 'node:worker_threads';
import { profiles } from '../faults/profile.ts';
import type { RunAnswer, RunRequest } from './message.ts';
import { runSeed } from './run-seed.ts';
import { runSituation } from './run-situation.ts';

async function answerSituation(name: string, { seed, fullTrace }: RunRequest): Promise<RunAnswer> {
  try {
    return { verdict: await runSituation(name, { seed, fullTrace }) };
  } catch (error) {
    return { seed, error: error instanceof Error ? (error.stack ?? error.message) : String(error) };
  }
}

/** One run; whatever the simulator throws is an answer, too, so that a sweep goes on. */
async function answer(request: RunRequest): Promise<RunAnswer> {
  const { seed, profile: name, schedule, fullTrace, situation } = request;
  if (situation !== undefined) return answerSituation(situation, request);
  const profile = profiles[name];
  if (profile === undefined) return { seed, error: `there is no profile ${name}` };
  // Errors are a part of the models' work, and half of their cost is the stack that nobody reads in a sweep.
  Error.stackTraceLimit = fullTrace ? 20 : 0;
  try {
    const verdict = await runSeed({ seed, profile, fullTrace, ...(schedule === null ? {} : { schedule }) });
    return { verdict };
  } catch (error) {
    return { seed, error: error instanceof Error ? (error.stack ?? error.message) : String(error) };
  }
}

parentPort?.on('message', (request: RunRequest) => {
  void answer(request).then((told) => parentPort?.postMessage(told));
});
