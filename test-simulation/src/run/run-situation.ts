import { ruleCounts, watchRules } from '../coverage/watch-rules.ts';
import { aScenario, type Scenario } from '../scenarios/scenario.ts';
import { situations } from '../scenarios/situations.ts';
import type { Verdict } from './run-seed.ts';

/**
 * Plays one written situation; its end in time, or the rule that was broken, is the verdict. Each seed gives its world other
 * latencies and other moments at which agents look, so that what holds for one seed only is luck.
 */
export async function runSituation(
  name: string,
  { seed = 1, fullTrace = false }: { readonly seed?: number; readonly fullTrace?: boolean } = {},
): Promise<Verdict> {
  const situation = situations.find((candidate) => candidate.name === name);
  if (situation === undefined) throw new Error(`there is no situation ${name}`);
  watchRules();
  const begun: Scenario[] = [];
  let failure: string | null = null;
  try {
    await situation.play((nodes, options) => {
      const scenario = aScenario(nodes, { seed, fullTrace, ...options });
      begun.push(scenario);
      return scenario;
    });
  } catch (error) {
    failure = error instanceof Error ? error.message : String(error);
  }
  const scenario = begun.at(-1);
  if (scenario === undefined) throw new Error(failure ?? `${name} begins nothing`);
  const { world, monitor } = scenario;
  const broken = monitor.violations[0] ?? null;
  const atMs = world.scheduler.nowMs();
  const unmet =
    failure === null ? null : { rule: 'not-healthy-after-healing' as const, detail: failure, atMs };
  return {
    seed,
    profile: name,
    nodes: world.volumes.length,
    schedule: [],
    violation: broken ?? unmet,
    healedAfterMs: failure === null ? 0 : null,
    digest: world.trace.digest(),
    coverage: { ...world.coverage.counts(), ...ruleCounts() },
    virtualMs: atMs,
    eventCount: world.scheduler.eventCount(),
    acknowledgedRows: monitor.workload.acknowledged(),
    tailsLost: monitor.workload.tailsLost(),
    trace: world.trace.entries(),
  };
}
