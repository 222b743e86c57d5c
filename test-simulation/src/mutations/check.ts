import { mutations } from './catalogue/index.ts';
import { hunt } from './hunt.ts';

/** `node src/mutations/check.ts [NAME]`: makes each mistake, and tells by which run it is noticed. */
const [wanted] = process.argv.slice(2);
let missed = 0;
for (const mutation of mutations) {
  if (wanted !== undefined && !mutation.name.includes(wanted)) continue;
  const startedAtMs = performance.now();
  const caught = await hunt(mutation);
  const seconds = ((performance.now() - startedAtMs) / 1000).toFixed(1);
  if (caught === null && mutation.hole === undefined) missed += 1;
  const how =
    caught === null
      ? 'NOT NOTICED'
      : `run ${caught.runs}, ${caught.violation.rule}: ${caught.violation.detail.split('\n')[0]}\n    in ${caught.ground}`;
  console.log(`${mutation.name} (${seconds} s): ${how}`);
}
process.exitCode = missed === 0 ? 0 : 1;
