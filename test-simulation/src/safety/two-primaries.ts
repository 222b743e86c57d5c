import type { World } from '../world/world.ts';
import type { Report } from './violation.ts';

/** Two nodes that both take writes and may both take themselves for the holder of the leader key, at the same virtual time. */
export function checkPrimaries(world: World, report: Report): void {
  const nowMs = world.scheduler.nowMs();
  let first: string | null = null;
  for (const container of world.containers.values()) {
    const database = container.patroni()?.database() ?? null;
    // A paused one answers nobody; what it does when it goes on is judged then.
    if (database?.writable !== true || database.leaseUntilMs <= nowMs || container.isPaused()) continue;
    if (first !== null) report('two-primaries', `${first} and ${container.key}`);
    first ??= container.key;
  }
}
