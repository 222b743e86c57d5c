import { reasonCodes } from '../../../apps/node-agent/src/loop/reason-codes-builder.ts';
import type { RunRequest } from '../run/message.ts';
import { runAll } from '../run/pool.ts';
import { standardSeeds, writtenSituations } from '../standard/standard-requests.ts';
import { addCounts, uncovered } from './coverage.ts';
import { coverageProblems, coverageSummary, mergedCounts, newTally } from './tally.ts';
import { allRules } from './watch-rules.ts';

/**
 * `node src/coverage/report.ts [SEEDS] [WORKERS]`: the written situations and so many seeds of the standard run, how often each
 * rule decided in either, and the reasons that neither of them came to.
 */
const [seeds = '100', workers = '1'] = process.argv.slice(2);
const tally = newTally();
const startedAtMs = performance.now();
let runs = 0;
let failed = 0;

async function add(requests: Iterable<RunRequest>, kind: keyof typeof tally): Promise<void> {
  await runAll(requests, Number(workers), (answer) => {
    runs += 1;
    if ('error' in answer) {
      failed += 1;
      console.log(`${answer.seed} SIMULATOR ${answer.error}`);
      return;
    }
    const { seed, profile, violation, coverage } = answer.verdict;
    addCounts(tally[kind], coverage);
    if (violation === null) return;
    failed += 1;
    console.log(`${profile} ${seed} ${violation.rule}: ${violation.detail.split('\n')[0]}`);
  });
}

await add(writtenSituations(), 'situations');
await add(standardSeeds(Number(seeds), 1_000_000), 'seeds');
const column = (count: number | undefined) => String(count ?? '-').padStart(10);
console.log(`${'situations'.padStart(10)} ${'seeds'.padStart(10)}  rule`);
for (const rule of allRules) {
  console.log(`${column(tally.situations.get(rule))} ${column(tally.seeds.get(rule))}  ${rule}`);
}
const seconds = ((performance.now() - startedAtMs) / 1000).toFixed(1);
console.log(`\n${runs} runs in ${seconds} s, ${failed} failed`);
console.log(coverageSummary(tally));
console.log(
  `reasons that were never given: ${uncovered(reasonCodes(), mergedCounts(tally)).join(', ') || 'none'}`,
);
const problems = coverageProblems(tally);
for (const problem of problems) console.log(problem);
process.exitCode = failed === 0 && problems.length === 0 ? 0 : 1;
