import { parseArgs } from 'node:util';
import { mutations } from './catalogue/index.ts';
import { countCatches, hunt } from './hunt.ts';
import type { Mutation } from './mutation.ts';

/**
 * `node src/mutations/check.ts [NAME] [--worlds N]`: makes each mistake, and tells by which run it is noticed; with `--worlds`,
 * in how many worlds each of its written situations shows it.
 */
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { worlds: { type: 'string', default: '0' } },
});
const [wanted = ''] = positionals;
const worlds = Number(values.worlds);

async function tell(mutation: Mutation): Promise<boolean> {
  if (worlds > 0) {
    const counts = await countCatches(mutation, worlds);
    for (const { situation, caught } of counts) {
      console.log(`${mutation.name}: ${caught} of ${worlds} worlds, ${situation}`);
    }
    // What most worlds show stays caught when latencies come out differently.
    return counts.length === 0 || counts.some(({ caught }) => 2 * caught > worlds);
  }
  const startedAtMs = performance.now();
  const caught = await hunt(mutation);
  const seconds = ((performance.now() - startedAtMs) / 1000).toFixed(1);
  const how =
    caught === null
      ? 'NOT NOTICED'
      : `run ${caught.runs}, ${caught.violation.rule}: ${caught.violation.detail.split('\n')[0]}\n    in ${caught.ground}`;
  console.log(`${mutation.name} (${seconds} s): ${how}`);
  return caught !== null;
}

let missed = 0;
for (const mutation of mutations.filter(({ name }) => name.includes(wanted))) {
  const isNoticed = await tell(mutation);
  if (!isNoticed && mutation.hole === undefined) missed += 1;
}
process.exitCode = missed === 0 ? 0 : 1;
