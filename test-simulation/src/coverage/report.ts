import { reasonCodes } from '../../../apps/node-agent/src/loop/reason-codes-builder.ts';
import { runAll } from '../run/pool.ts';
import { addCounts, uncovered } from './coverage.ts';
import { standardSet } from './standard-set.ts';
import { idleRules } from './watch-rules.ts';

/** `node src/coverage/report.ts [SEEDS] [WORKERS]`: the standard runs, and the rules and reasons that none of them came to. */
const [seeds = '100', workers = '1'] = process.argv.slice(2);
const total = new Map<string, number>();
const startedAtMs = performance.now();
let runs = 0;
let failed = 0;
await runAll(standardSet(Number(seeds)), Number(workers), (answer) => {
  runs += 1;
  if ('error' in answer) {
    failed += 1;
    console.log(`${answer.seed} SIMULATOR ${answer.error}`);
    return;
  }
  const { seed, profile, violation, coverage } = answer.verdict;
  addCounts(total, coverage);
  if (violation === null) return;
  failed += 1;
  console.log(`${profile} ${seed} ${violation.rule}: ${violation.detail.split('\n')[0]}`);
});
const seconds = ((performance.now() - startedAtMs) / 1000).toFixed(1);
console.log(`\n${runs} runs in ${seconds} s, ${failed} failed`);
console.log('rules without a decision:', idleRules(total).join(', ') || 'none');
console.log('reasons that were never given:', uncovered(reasonCodes(), total).join(', ') || 'none');
process.exitCode = failed === 0 ? 0 : 1;
