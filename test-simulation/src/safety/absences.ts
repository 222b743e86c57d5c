import type { World } from '../world/world.ts';
import type { Absences } from './rows.ts';

/** Keeps who did not reach which primary, and whether PostgreSQL ran anywhere. Looked at once a virtual second. */
export function watchAbsences(world: World): Absences & { readonly look: () => void } {
  const awaySinceMs = new Map<string, number>();
  const silentSinceMs = new Map<string, number>();
  let allDownAtMs = Number.NEGATIVE_INFINITY;
  let everRan = false;
  const pairOf = (key: string, from: string) => `${key} ${from}`;

  /** Whether the node serves as primary, and its peer would notice. */
  function serves(key: string, from: string): boolean {
    const container = world.containers.get(key);
    if (container?.isUp() !== true || container.isPaused()) return false;
    return container.patroni()?.database()?.writable === true && world.network.connected(key, from);
  }

  /** Whether the node could tell the other one of its copy. */
  function answers(key: string, from: string): boolean {
    const container = world.containers.get(key);
    if (container?.isUp() !== true || container.isPaused()) return false;
    return container.agent() !== null && world.network.connected(key, from);
  }

  return {
    silentSinceMs: (key, from) => silentSinceMs.get(pairOf(key, from)) ?? null,
    awaySinceMs: (key, from) => awaySinceMs.get(pairOf(key, from)) ?? null,
    allDownAtMs: () => allDownAtMs,
    look: () => {
      const nowMs = world.scheduler.nowMs();
      for (const key of world.containers.keys()) {
        for (const from of world.containers.keys()) {
          const pair = pairOf(key, from);
          if (serves(key, from)) awaySinceMs.delete(pair);
          else if (!awaySinceMs.has(pair)) awaySinceMs.set(pair, nowMs);
          if (answers(key, from)) silentSinceMs.delete(pair);
          else if (!silentSinceMs.has(pair)) silentSinceMs.set(pair, nowMs);
        }
      }
      const runs = [...world.containers.values()].some(
        (container) => !container.isPaused() && (container.patroni()?.database() ?? null) !== null,
      );
      if (!runs && everRan) allDownAtMs = nowMs;
      everRan ||= runs;
    },
  };
}
