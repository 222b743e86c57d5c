import { formatEntry } from '../kernel/trace.ts';
import { whyUnhealthy } from '../liveness/healthy-cluster.ts';
import { attachMonitor, type Monitor } from '../safety/monitor.ts';
import { createInstances, type Instances } from '../world/instances.ts';
import { createWorld, type World, type WorldOptions } from '../world/world.ts';

/** One written scenario: a world that a test plays fate in, with all checkers on. */
export interface Scenario {
  readonly world: World;
  readonly instances: Instances;
  readonly monitor: Monitor;
  /** Lets virtual time pass; throws when a safety rule is broken. */
  readonly pass: (ms: number) => Promise<void>;
  /** Waits until the cluster is healthy; throws with the reason and the end of the trace where it is not in time. */
  readonly healthyWithin: (ms: number) => Promise<number>;
}

function endOfTrace(world: World): string {
  return world.trace.entries().slice(-40).map(formatEntry).join('\n');
}

/** Begins a scenario with so many instances, all started at once. */
export function aScenario(nodes: number, options: Partial<WorldOptions> = {}): Scenario {
  const world = createWorld({ seed: 1, expectedNodes: nodes, ...options });
  const instances = createInstances(world);
  const monitor = attachMonitor(world, instances, [], { client: options.client });
  for (let count = 0; count < nodes; count += 1) instances.add();
  const { scheduler } = world;
  const pass = async (ms: number) => {
    await scheduler.runUntil(scheduler.nowMs() + ms, monitor.afterInstant);
    const [violation] = monitor.violations;
    if (violation !== undefined) {
      throw new Error(`${violation.rule}: ${violation.detail}\n${endOfTrace(world)}`);
    }
  };
  return {
    world,
    instances,
    monitor,
    pass,
    healthyWithin: async (ms) => {
      const fromMs = scheduler.nowMs();
      for (;;) {
        await pass(1000);
        const why = whyUnhealthy(world);
        if (why === null) break;
        if (scheduler.nowMs() - fromMs > ms) throw new Error(`not healthy: ${why}\n${endOfTrace(world)}`);
      }
      monitor.workload.finish();
      await pass(0);
      return scheduler.nowMs() - fromMs;
    },
  };
}
