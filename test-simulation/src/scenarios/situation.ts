import { parseMemberName, peerHost } from '@flux-pg/etcd-membership';
import type { NodeState, View } from '@flux-pg/node-agent/loop';
import type { aScenario, Scenario } from './scenario.ts';

/** A written course of events that the protocol survives. A deliberate mistake in the protocol makes it end otherwise. */
export interface Situation {
  readonly name: string;
  /** Throws where the end is not as it should be; safety is checked all the time. */
  readonly play: (begin: typeof aScenario) => Promise<void>;
}

/** The node that takes writes; null where there is none. */
export function primaryOrNone({ world, instances }: Scenario): string | null {
  const key = instances.running().find((candidate) => {
    const container = world.containers.get(candidate);
    return container?.isPaused() === false && container.patroni()?.database()?.writable === true;
  });
  return key ?? null;
}

/** The node that takes writes; throws where there is none. */
export function primaryOf(scenario: Scenario): string {
  const key = primaryOrNone(scenario);
  if (key === null) throw new Error('nobody takes writes');
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

/** Lets time pass until it is so, looking so often; throws where it never comes to that. */
export async function until(
  { pass }: Scenario,
  holds: () => boolean,
  { withinMs, everyMs = 50 }: { readonly withinMs: number; readonly everyMs?: number },
): Promise<void> {
  for (let passedMs = 0; !holds(); passedMs += everyMs) {
    must(passedMs < withinMs, `it never came to that in ${withinMs / 1000} s`);
    await pass(everyMs);
  }
}

/** Shorter than anything takes that comes back. */
const HOLD_STEP_MS = 50;

/** Keeps what ends by itself from coming back for so long. */
export async function holdDown({ pass }: Scenario, forMs: number, once: () => void): Promise<void> {
  for (let passedMs = 0; passedMs < forMs; passedMs += HOLD_STEP_MS) {
    once();
    await pass(HOLD_STEP_MS);
  }
}

/** What the node's agent sees and has decided in its last tick; throws where none runs. */
export function viewOf({ world }: Scenario, key: string): View {
  const view = world.containers.get(key)?.agent()?.loop.state().view ?? null;
  if (view === null) throw new Error(`the agent of ${key} has not looked yet`);
  return view;
}

/** Why the node's agent does what it does. */
export function reasonOf({ world }: Scenario, key: string): string {
  return world.containers.get(key)?.agent()?.loop.state().decision?.reason ?? 'no agent';
}

/** What the agent has persisted about itself; throws where it has not started yet. */
export function stateOf({ world }: Scenario, key: string): NodeState {
  const state = world.containers.get(key)?.volume.content.state ?? null;
  if (state === null) throw new Error(`${key} has no identity yet`);
  return state;
}

/** The node ids of etcd's voters, as the node sees them. */
export function votersOf(scenario: Scenario, key: string): readonly string[] {
  const { etcd } = viewOf(scenario, key);
  const members = etcd.ok ? etcd.value.members : [];
  return members.flatMap(({ isLearner, peerUrls }) =>
    isLearner ? [] : (parseMemberName(peerHost(peerUrls[0] ?? ''))?.nodeId ?? []),
  );
}
