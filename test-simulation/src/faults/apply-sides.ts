import { persist } from '../disk/volume.ts';
import type { FaultKind, NodeIndex } from './fault.ts';
import { cutOff, later, moodOf, nodeAt, type Target } from './target.ts';

type Fault<Kind extends FaultKind['kind']> = Extract<FaultKind, { kind: Kind }>;

/** The nodes of a side; there is always somebody left on the other one. */
function sideOf(target: Target, side: readonly NodeIndex[]): ReadonlySet<string> {
  const keys = new Set(side.flatMap((index) => nodeAt(target, index) ?? []));
  const first = [...keys][0];
  if (first !== undefined && keys.size === target.instances.present().length) keys.delete(first);
  return keys;
}

function delistFor(target: Target, keys: ReadonlySet<string>, forMs: number): void {
  const { instances } = target;
  for (const key of keys) instances.delist(key);
  later(target, forMs, () => {
    for (const key of keys) if (instances.present().includes(key)) instances.list(key);
  });
}

/** Both sides live on; only one of them is known to Flux. */
export function cutAndDelist(target: Target, fault: Fault<'cut-and-delisted'>): void {
  const keys = sideOf(target, fault.side);
  delistFor(target, keys, fault.delistedMs);
  cutOff(target, keys, 'both', fault.cutMs);
}

/** The side does not see the rest, and Flux does not tell it the truth about it. */
export function blindSide(target: Target, fault: Fault<'blind-side'>): void {
  const { flux } = target.world;
  const keys = sideOf(target, fault.side);
  const mood = moodOf(target, fault.mood);
  for (const key of keys) flux.setMood('all', key, mood);
  cutOff(target, keys, 'both', fault.forMs);
  later(target, fault.forMs, () => {
    for (const key of keys) flux.setMood('all', key, { kind: 'honest' });
  });
}

/** The side comes back with what it knew, and for a while hears of nobody who knows better. */
export function freezeSide(target: Target, fault: Fault<'frozen-side'>): void {
  const { instances, world } = target;
  const { how, forMs, aloneMs } = fault;
  const keys = sideOf(target, fault.side);
  delistFor(target, keys, forMs + aloneMs);
  cutOff(target, keys, 'both', forMs + aloneMs);
  for (const key of keys) {
    if (how === 'paused') world.containers.get(key)?.pause();
    else instances.stop(key);
  }
  later(target, forMs, () => {
    for (const key of keys) {
      if (how === 'paused') world.containers.get(key)?.resume();
      else instances.start(key, 'kept');
    }
  });
}

/** What PostgreSQL and the agent have written stays. */
export function loseEtcdData(target: Target, fault: Fault<'etcd-data-loss'>): void {
  const { instances, world } = target;
  const keys = new Set(fault.nodes.flatMap((index) => nodeAt(target, index) ?? []));
  for (const key of keys) {
    instances.stop(key);
    const volume = world.containers.get(key)?.volume;
    if (volume !== undefined) persist(volume, { etcd: null });
    later(target, fault.downMs, () => instances.start(key, 'kept'));
  }
}

/** What a person at one node may say in truth: which members' machines exist no more, and behind which addresses nothing is. */
export function giveOrder(target: Target, { node, order }: Fault<'order'>): void {
  const { world } = target;
  const key = nodeAt(target, node);
  const agent = key === null ? null : (world.containers.get(key)?.agent() ?? null);
  if (agent === null) return;
  if (order === 'found') {
    const silent = world.flux.registered().filter((address) => world.network.holderOf(address) === null);
    agent.give({ kind: 'permit-founding', addresses: silent });
    return;
  }
  const states = world.volumes.filter(({ destroyed }) => destroyed).map(({ content }) => content.state);
  agent.give({ kind: 'declare-gone', nodeIds: states.flatMap((state) => state?.nodeId ?? []) });
}
