import { ruleCounts, watchRules } from '../coverage/watch-rules.ts';
import { applyFault, healAll, type Target } from '../faults/apply.ts';
import { endOfFault, type Fault } from '../faults/fault.ts';
import type { Profile } from '../faults/profile.ts';
import { drawSchedule } from '../faults/schedule.ts';
import { createRandom, type Random, subSeed } from '../kernel/random.ts';
import type { TraceEntry } from '../kernel/trace.ts';
import { whyUnhealthy } from '../liveness/healthy-cluster.ts';
import { permitWhatIsLost } from '../liveness/operator.ts';
import { attachMonitor, type Monitor } from '../safety/monitor.ts';
import type { Violation } from '../safety/violation.ts';
import { createInstances } from '../world/instances.ts';
import { createWorld, type World } from '../world/world.ts';

/** One run to make. */
export interface RunOptions {
  readonly seed: number;
  readonly profile: Profile;
  /** Instead of the schedule that the seed gives. */
  readonly schedule?: readonly Fault[];
  readonly fullTrace?: boolean;
  readonly watch?: (entry: TraceEntry) => void;
}

/** What a run came to. Plain data, so that it crosses threads. */
export interface Verdict {
  readonly seed: number;
  readonly profile: string;
  readonly nodes: number;
  readonly schedule: readonly Fault[];
  readonly violation: Violation | null;
  /** When the cluster was healthy after the faults had ended; null where a violation came first. */
  readonly healedAfterMs: number | null;
  readonly digest: string;
  readonly coverage: Readonly<Record<string, number>>;
  readonly virtualMs: number;
  readonly eventCount: number;
  readonly acknowledgedRows: number;
  readonly tailsLost: number;
  /** The end of the trace, or all of it. */
  readonly trace: readonly TraceEntry[];
}

const LOOK_FOR_HEALTH_MS = 5000;
const LATEST_START_MS = 20_000;
/** From the end of the last fault to the healing. */
const AFTERMATH_MS = 10_000;

function drawSize(random: Random, sizes: Profile['sizes']): number {
  return random.pick(
    Object.entries(sizes).flatMap(([size, weight]) => Array.from({ length: weight }, () => Number(size))),
  );
}

/** Runs until the cluster is healthy, a rule is broken, or the time is over. */
async function heal(world: World, monitor: Monitor, withinMs: number): Promise<number | null> {
  const { scheduler } = world;
  const fromMs = scheduler.nowMs();
  let why: string | null = 'not looked at yet';
  while (scheduler.nowMs() < fromMs + withinMs) {
    await scheduler.runUntil(scheduler.nowMs() + LOOK_FOR_HEALTH_MS, monitor.afterInstant);
    if (monitor.violations.length > 0) return null;
    why = whyUnhealthy(world);
    if (why === null) {
      monitor.workload.finish();
      return monitor.violations.length > 0 ? null : scheduler.nowMs() - fromMs;
    }
    permitWhatIsLost(world);
  }
  monitor.report('not-healthy-after-healing', why);
  return null;
}

/** Makes one run: instances start within moments of each other, faults strike, everything heals, one cluster remains. */
export async function runSeed(options: RunOptions): Promise<Verdict> {
  const { seed, profile, fullTrace = false, watch } = options;
  watchRules();
  const random = createRandom(subSeed(seed, 'run'));
  const nodes = drawSize(random, profile.sizes);
  const isStaggered = random.chance(0.5);
  const world = createWorld({
    seed,
    expectedNodes: nodes,
    witnessCount: random.chance(0.5) ? 9 : 1,
    environment: { ...profile.environment },
    fullTrace,
    ...(watch === undefined ? {} : { watch }),
  });
  const instances = createInstances(world);
  const monitor = attachMonitor(world, instances, profile.ignored);
  const { scheduler } = world;
  for (let count = 0; count < nodes; count += 1) {
    scheduler.at(isStaggered ? random.int(0, LATEST_START_MS) : 0, () => instances.add());
  }
  const schedule = options.schedule ?? drawSchedule(createRandom(subSeed(seed, 'faults')), profile);
  const target: Target = {
    world,
    instances,
    random: createRandom(subSeed(seed, 'faults applied')),
    sparesMajority: profile.sparesMajority,
  };
  for (const fault of schedule) scheduler.at(fault.atMs, () => applyFault(target, fault));
  const lastMs = Math.max(LATEST_START_MS, ...schedule.map(endOfFault));
  await scheduler.runUntil(lastMs + AFTERMATH_MS, monitor.afterInstant);
  let healedAfterMs: number | null = null;
  if (monitor.violations.length === 0) {
    healAll(target);
    healedAfterMs = await heal(world, monitor, profile.healWithinMs);
  }
  return {
    seed,
    profile: profile.name,
    nodes,
    schedule,
    violation: monitor.violations[0] ?? null,
    healedAfterMs,
    digest: world.trace.digest(),
    coverage: { ...world.coverage.counts(), ...ruleCounts() },
    virtualMs: scheduler.nowMs(),
    eventCount: scheduler.eventCount(),
    acknowledgedRows: monitor.workload.acknowledged(),
    tailsLost: monitor.workload.tailsLost(),
    trace: world.trace.entries(),
  };
}
