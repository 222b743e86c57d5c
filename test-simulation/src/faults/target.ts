import { parseMemberName, peerHost } from '@flux-pg/etcd-membership';
import type { Mood } from '../flux/flux-world.ts';
import type { Random } from '../kernel/random.ts';
import type { Instances } from '../world/instances.ts';
import type { World } from '../world/world.ts';
import type { NodeIndex } from './fault.ts';

/** What faults are applied to. */
export interface Target {
  readonly world: World;
  readonly instances: Instances;
  /** For what a fault leaves open, such as who is left out of a lying answer. */
  readonly random: Random;
  readonly sparesMajority: boolean;
}

/** The node at a place of the schedule, among those whose machines exist. */
export function nodeAt({ instances }: Target, index: NodeIndex): string | null {
  const keys = instances.present();
  return keys[index % keys.length] ?? null;
}

/** Does it after that virtual time. */
export function later({ world }: Target, ms: number, work: () => void): void {
  world.scheduler.at(world.scheduler.nowMs() + ms, work);
}

/** Nodes that are down, paused or cut off, whose machines exist. */
function hurtNodes({ world, instances }: Target): ReadonlySet<string> {
  const present = instances.present();
  const hurt = present.filter((key) => {
    const container = world.containers.get(key);
    const isCut = present.some((other) => other !== key && !world.network.connected(key, other));
    return container?.isUp() !== true || container.isPaused() || isCut;
  });
  return new Set(hurt);
}

/** The nodes of etcd's voters, as the nodes that are well saw them last; null while nobody has seen any. */
function voterNodes({ world }: Target, hurt: ReadonlySet<string>): readonly (string | null)[] | null {
  const keys = new Map<string, string>();
  let voters: readonly string[] | null = null;
  for (const { key, volume, agent } of world.containers.values()) {
    const view = agent()?.loop.state().view ?? null;
    if (volume.content.state !== null && !volume.destroyed) keys.set(volume.content.state.nodeId, key);
    if (hurt.has(key) || view?.etcd.ok !== true) continue;
    const seen = view.etcd.value.members.filter(({ isLearner }) => !isLearner);
    voters = seen.map(({ peerUrls }) => parseMemberName(peerHost(peerUrls[0] ?? ''))?.nodeId ?? '');
  }
  return voters?.map((nodeId) => keys.get(nodeId) ?? null) ?? null;
}

/** Whether one more may be hurt: a majority of the instances and of etcd's voters has to stay well. */
export function mayHurt(target: Target, key: string): boolean {
  const { world, instances, sparesMajority } = target;
  if (!sparesMajority) return true;
  const hurt = new Set(hurtNodes(target)).add(key);
  const expected = world.flux.expectedNodes();
  const lost = Math.max(0, expected - instances.present().length);
  if (hurt.size + lost > Math.floor((expected - 1) / 2)) return false;
  const voters = voterNodes(target, hurt);
  if (voters === null) return true;
  return voters.filter((voter) => voter !== null && !hurt.has(voter)).length > voters.length / 2;
}

/** A mood with what it needs to know. */
export function moodOf(target: Target, kind: Mood['kind']): Mood {
  const { world, random } = target;
  if (kind === 'stale') return { kind, sinceMs: random.int(0, Math.floor(world.scheduler.nowMs())) };
  const listed = world.flux.registered();
  if (kind === 'lying') return { kind, without: listed.length === 0 ? [] : [random.pick(listed)] };
  return { kind };
}

/** Cuts a side off from the rest, in one or both directions. */
export function cutOff(
  target: Target,
  side: ReadonlySet<string>,
  direction: 'both' | 'in' | 'out',
  forMs: number,
): void {
  const { world, instances } = target;
  const rest = instances.present().filter((key) => !side.has(key));
  const ways = [...side].flatMap((left) =>
    rest.flatMap((right) => [
      ...(direction === 'in' ? [] : [[left, right] as const]),
      ...(direction === 'out' ? [] : [[right, left] as const]),
    ]),
  );
  for (const [from, to] of ways) world.network.cut(from, to);
  world.reachabilityChanged();
  later(target, forMs, () => {
    for (const [from, to] of ways) world.network.heal(from, to);
    world.reachabilityChanged();
  });
}
