import { addCounts } from '../coverage/coverage.ts';
import { situations } from '../scenarios/situations.ts';
import { type RunArguments, readArguments } from './arguments.ts';
import type { RunAnswer, RunRequest } from './message.ts';
import { runAll } from './pool.ts';

/**
 * `node src/run/sweep.ts FIRST_SEED --count N [--profile NAME | --situation TEXT] [--workers N]`: many runs, and what they came
 * to. With `--situation ''` each written situation is played in so many worlds.
 */
function* requests({
  seeds: { from, count },
  profile,
  situation: text,
}: RunArguments): Generator<RunRequest> {
  const played = situations.filter(({ name }) => text !== null && name.includes(text));
  for (let seed = from; seed < from + count; seed += 1) {
    const request = { seed, profile, schedule: null, fullTrace: false };
    if (text === null) yield request;
    for (const { name } of played) yield { ...request, profile: name, situation: name };
  }
}

const asked = readArguments(process.argv.slice(2));
const ground = asked.situation === null ? asked.profile : `situations with '${asked.situation}'`;
const total = new Map<string, number>();
const sums = { runs: 0, failed: 0, virtualMs: 0, events: 0, rows: 0, tails: 0 };

function told(answer: RunAnswer): void {
  sums.runs += 1;
  if ('error' in answer) {
    sums.failed += 1;
    console.log(`${answer.seed} SIMULATOR ${answer.error}`);
    return;
  }
  const { seed, profile, violation, coverage, virtualMs, eventCount, acknowledgedRows, tailsLost } =
    answer.verdict;
  addCounts(total, coverage);
  sums.virtualMs += virtualMs;
  sums.events += eventCount;
  sums.rows += acknowledgedRows;
  sums.tails += tailsLost;
  if (violation === null) return;
  sums.failed += 1;
  console.log(
    `${seed}${asked.situation === null ? '' : ` (${profile})`} ${violation.rule} at ${(violation.atMs / 1000).toFixed(1)} s: ${violation.detail.split('\n')[0]}`,
  );
}

const startedAtMs = performance.now();
await runAll(requests(asked), asked.workers, told);
console.log('\ndecisions:');
for (const [key, count] of [...total].sort(([, left], [, right]) => right - left)) {
  console.log(`${String(count).padStart(8)} ${key}`);
}
const seconds = (performance.now() - startedAtMs) / 1000;
console.log(`\n${sums.runs} runs of ${ground} in ${seconds.toFixed(1)} s, ${sums.failed} failed;`, {
  virtualHours: Math.round(sums.virtualMs / 360_000) / 10,
  events: sums.events,
  acknowledgedRows: sums.rows,
  tailsLost: sums.tails,
});
process.exitCode = sums.failed === 0 ? 0 : 1;
