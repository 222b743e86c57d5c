import { DevError, formatFailure } from '../dev-error.ts';
import { ensureEngine } from '../engine/engine.ts';
import { ensureImages } from '../image/build.ts';
import { say } from '../output.ts';
import { lint, typecheck } from './checks.ts';
import { type Counts, formatOutcomes, formatTotal, type Outcome, withoutSilence } from './outcome.ts';
import { contract, e2e, scenarios, simulation, unit } from './vitest-suites.ts';

/** A suite of tests. */
export interface Suite {
  readonly name: string;
  /** Only sensible once the image is there. */
  readonly needsImage: boolean;
  run(args: readonly string[]): Promise<Counts>;
}

async function image(): Promise<Counts> {
  await ensureEngine();
  await ensureImages();
  return { passed: 1, failed: 0, skipped: 0 };
}

const imageSuite: Suite = { name: 'image', needsImage: false, run: image };

/** Every suite by the name that the commands give it. */
export const suites = {
  lint: { name: 'lint', needsImage: false, run: lint },
  typecheck: { name: 'typecheck', needsImage: false, run: typecheck },
  unit: { name: 'unit', needsImage: false, run: unit },
  simulation: { name: 'simulation', needsImage: false, run: simulation },
  image: imageSuite,
  contract: { name: 'contract', needsImage: true, run: contract },
  e2e: { name: 'e2e', needsImage: true, run: e2e },
  scenarios: { name: 'scenarios', needsImage: true, run: scenarios },
} as const satisfies Readonly<Record<string, Suite>>;

/** What `npm test` runs, the quick ones first. */
export const everySuite: readonly Suite[] = [
  suites.lint,
  suites.typecheck,
  suites.unit,
  suites.simulation,
  suites.image,
  suites.contract,
  suites.e2e,
];

async function runOne(suite: Suite, args: readonly string[], tell: (text: string) => void): Promise<Outcome> {
  const startedMs = performance.now();
  const outcome = (counts: Counts, note: string): Outcome => ({
    suite: suite.name,
    counts: withoutSilence(counts),
    durationMs: performance.now() - startedMs,
    note,
  });
  tell(`\n=== ${suite.name}`);
  try {
    const counts = await suite.run(args);
    return outcome(counts, counts.passed + counts.failed === 0 ? 'no test ran' : '');
  } catch (error) {
    tell(formatFailure(error));
    const note = error instanceof DevError ? `at ${error.step}` : 'crashed';
    return outcome({ passed: 0, failed: 1, skipped: 0 }, note);
  }
}

/** Runs suites one after the other, whatever becomes of the ones before. */
export async function collectOutcomes(
  chosen: readonly Suite[],
  args: readonly string[],
  tell: (text: string) => void,
): Promise<readonly Outcome[]> {
  const outcomes: Outcome[] = [];
  let imageFailed = false;
  for (const suite of chosen) {
    if (suite.needsImage && imageFailed) {
      const counts = { passed: 0, failed: 1, skipped: 0 };
      outcomes.push({
        suite: suite.name,
        counts,
        durationMs: 0,
        note: 'not run: there is no image',
      });
      continue;
    }
    const outcome = await runOne(suite, args, tell);
    outcomes.push(outcome);
    if (suite.name === imageSuite.name) imageFailed = outcome.counts.failed > 0;
  }
  return outcomes;
}

/** Runs suites, prints a line for each and the total last. Gives the exit code. */
export async function runSuites(chosen: readonly Suite[], args: readonly string[] = []): Promise<number> {
  const needImage = chosen.some(({ needsImage }) => needsImage) && !chosen.includes(imageSuite);
  const outcomes = await collectOutcomes(needImage ? [imageSuite, ...chosen] : chosen, args, say);
  say(`\n${formatOutcomes(outcomes)}\n`);
  say(formatTotal(outcomes));
  return outcomes.some(({ counts }) => counts.failed > 0) ? 1 : 0;
}
