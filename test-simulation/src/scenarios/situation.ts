import type { aScenario, Scenario } from './scenario.ts';

/** A written course of events that the protocol survives. A deliberate mistake in the protocol makes it end otherwise. */
export interface Situation {
  readonly name: string;
  /** Throws where the end is not as it should be; safety is checked all the time. */
  readonly play: (begin: typeof aScenario) => Promise<void>;
}

/** The node that takes writes; throws where there is none. */
export function primaryOf({ world, instances }: Scenario): string {
  const key = instances.running().find((candidate) => {
    const container = world.containers.get(candidate);
    return container?.isPaused() === false && container.patroni()?.database()?.writable === true;
  });
  if (key === undefined) throw new Error('nobody takes writes');
  return key;
}

/** Cuts the keys off from all others, in both directions. */
export function isolate({ world, instances }: Scenario, side: readonly string[]): void {
  for (const left of side) {
    for (const right of instances.present()) {
      if (side.includes(right)) continue;
      world.network.cut(left, right);
      world.network.cut(right, left);
    }
  }
  world.reachabilityChanged();
}

/** Everybody reaches everybody again. */
export function reconnect({ world }: Scenario): void {
  world.network.healAll();
  world.reachabilityChanged();
}

/** A container stops and starts again on its volume. */
export function restart({ instances }: Scenario, key: string): void {
  instances.stop(key);
  instances.start(key, 'kept');
}

/** Throws with the text unless it is so. */
export function must(holds: boolean, otherwise: string): void {
  if (!holds) throw new Error(otherwise);
}
