import type { Instances } from '../world/instances.ts';
import type { World } from '../world/world.ts';
import { watchAbsences } from './absences.ts';
import { createExceptions } from './exceptions.ts';
import { watchFoundings, watchInitdb } from './founding.ts';
import { watchKnowledge } from './knowledge.ts';
import { watchRecoveries } from './recoveries.ts';
import { watchRemovals } from './removals.ts';
import { createWorkload, type Workload } from './rows.ts';
import { checkPrimaries } from './two-primaries.ts';
import type { Report, Violation } from './violation.ts';

/** The checkers of a run. A new one is made in a file of its own and called here. */
export interface Monitor {
  readonly violations: readonly Violation[];
  readonly workload: Workload;
  readonly report: Report;
  /** After each instant; false ends the run. */
  readonly afterInstant: () => boolean;
}

const LOOK_INTERVAL_MS = 1000;
const WRITE_INTERVAL_MS = 2000;

/** Attaches all checkers to a world. Rules in `ignored` are not reported: what a protocol does not promise yet. */
export function attachMonitor(
  world: World,
  instances: Instances,
  ignored: readonly Violation['rule'][] = [],
  { client = true }: { readonly client?: boolean | undefined } = {},
): Monitor {
  const violations: Violation[] = [];
  const report: Report = (rule, detail) => {
    if (ignored.includes(rule)) return;
    const atMs = world.scheduler.nowMs();
    violations.push({ rule, detail, atMs });
    world.trace.add('', `VIOLATION ${rule}: ${detail}`);
  };
  const absences = watchAbsences(world);
  const workload = createWorkload(world, createExceptions(world, absences), report);
  const knowledge = watchKnowledge(world, absences);
  const onFounding = watchFoundings(world, knowledge, report);
  const onInitdb = watchInitdb(world, knowledge, report);
  const onRecovery = watchRecoveries(world, report);
  instances.setVolumeListener((volume, before, after) => {
    onFounding(volume, before, after);
    onInitdb(volume, before, after);
    onRecovery(volume, before, after);
    workload.changed(volume, before, after);
  });
  world.etcd.onRemoval(watchRemovals(world, report));
  // What a quorum has acknowledged only a voter can forget that lost its data and votes all the same.
  world.etcd.onConflict((key) => report('etcd-history-lost', `${key} has entries that its leader lacks`));
  const { scheduler } = world;
  const repeat = (intervalMs: number, work: () => void) => {
    const once = () => {
      work();
      scheduler.at(scheduler.nowMs() + intervalMs, once);
    };
    scheduler.at(intervalMs, once);
  };
  repeat(LOOK_INTERVAL_MS, () => {
    absences.look();
    knowledge.look();
  });
  if (client) repeat(WRITE_INTERVAL_MS, workload.write);
  return {
    violations,
    workload,
    report,
    afterInstant: () => {
      world.etcd.reap();
      checkPrimaries(world, report);
      if (world.agentFailures.length > 0) report('tick-failed', world.agentFailures[0] ?? '');
      return violations.length === 0;
    },
  };
}
