import { blindSide, cutAndDelist, freezeSide, giveOrder, loseEtcdData } from './apply-sides.ts';
import type { Fault, FaultKind } from './fault.ts';
import { cutOff, later, mayHurt, moodOf, nodeAt, type Target } from './target.ts';

export type { Target } from './target.ts';

type Handler<Kind extends FaultKind['kind']> = (
  target: Target,
  fault: Extract<FaultKind, { kind: Kind }>,
) => void;
type Handlers = { readonly [Kind in FaultKind['kind']]: Handler<Kind> };

function loseMachine(target: Target, key: string, delistAfterMs: number, replaceAfterMs: number): void {
  const { instances } = target;
  instances.lose(key);
  later(target, delistAfterMs, () => instances.delist(key));
  later(target, delistAfterMs + replaceAfterMs, () => instances.add());
}

const handlers: Handlers = {
  'agent-crash': (target, { node, point }) => {
    const key = nodeAt(target, node);
    if (key !== null) target.world.containers.get(key)?.armAgent(point);
  },
  'program-kill': (target, { node, program }) => {
    const key = nodeAt(target, node);
    if (key !== null) target.world.containers.get(key)?.killProgram(program);
  },
  'container-kill': (target, { node, forMs, volume }) => {
    const key = nodeAt(target, node);
    if (key === null || !mayHurt(target, key)) return;
    target.instances.stop(key);
    later(target, forMs, () => target.instances.start(key, volume));
  },
  'machine-loss': (target, { node, delistAfterMs, replaceAfterMs }) => {
    const key = nodeAt(target, node);
    if (key !== null && mayHurt(target, key)) loseMachine(target, key, delistAfterMs, replaceAfterMs);
  },
  'majority-loss': (target, { delistAfterMs, replaceAfterMs }) => {
    const present = target.instances.present();
    for (const key of present.slice(0, Math.floor(present.length / 2) + 1)) {
      loseMachine(target, key, delistAfterMs, replaceAfterMs);
    }
  },
  'redeploy-all': (target, { order, gapMs, downMs }) => {
    const { instances } = target;
    const present = instances.present();
    for (const key of present) instances.stop(key);
    const inOrder = [...order.map((index) => present[index % present.length] ?? ''), ...present];
    for (const [place, key] of [...new Set(inOrder)].entries()) {
      later(target, downMs + place * gapMs, () => instances.start(key, 'kept'));
    }
  },
  partition: (target, { side, direction, forMs }) => {
    const keys = new Set<string>();
    for (const index of side) {
      const key = nodeAt(target, index);
      if (key !== null && mayHurt(target, key)) keys.add(key);
      if (target.sparesMajority && keys.size > 0) break;
    }
    cutOff(target, keys, direction, forMs);
  },
  pause: (target, { node, forMs }) => {
    const key = nodeAt(target, node);
    const container = key === null ? undefined : target.world.containers.get(key);
    if (key === null || container === undefined || !mayHurt(target, key)) return;
    container.pause();
    later(target, forMs, container.resume);
  },
  'clock-skew': (target, { node, ms }) => {
    const key = nodeAt(target, node);
    if (key !== null) target.world.containers.get(key)?.skewWall(ms);
  },
  'lost-answers': (target, { node, probability, forMs }) => {
    const key = nodeAt(target, node);
    const faults = key === null ? undefined : target.world.containers.get(key)?.faults;
    faults?.loseAnswers(probability);
    later(target, forMs, () => faults?.loseAnswers(0));
  },
  'flux-mood': (target, { source, caller, mood, forMs }) => {
    const { flux } = target.world;
    const who = caller === 'all' ? 'all' : (nodeAt(target, caller) ?? 'all');
    flux.setMood(source, who, moodOf(target, mood));
    later(target, forMs, () => flux.setMood(source, who, { kind: 'honest' }));
  },
  'address-change': (target, { node }) => {
    const key = nodeAt(target, node);
    if (key !== null) target.instances.move(key);
  },
  'address-change-of-all': ({ instances }) => {
    for (const key of instances.present()) instances.move(key);
  },
  'address-swap': (target, { left, right }) => {
    const [one, other] = [nodeAt(target, left), nodeAt(target, right)];
    if (one !== null && other !== null && one !== other) target.instances.swap(one, other);
  },
  phantom: (target, { stranger, forMs }) => {
    const { network, flux } = target.world;
    const address = `10.200.0.${target.random.int(1, 250)}`;
    if (stranger) network.assignStranger(address);
    flux.register(address);
    later(target, forMs, () => {
      flux.deregister(address);
      network.vacate(address);
    });
  },
  'old-volume': (target, { node, backupMs }) => {
    const key = nodeAt(target, node);
    if (key === null || !mayHurt(target, key)) return;
    const content = target.instances.backup(key);
    later(target, backupMs, () => {
      if (!target.instances.present().includes(key)) return;
      target.instances.restore(key, content);
      target.instances.start(key, 'kept');
    });
  },
  'older-volume': (target, { node, restartMs, backMs }) => {
    const key = nodeAt(target, node);
    if (key === null || !mayHurt(target, key)) return;
    const { instances } = target;
    const content = instances.backup(key);
    later(target, restartMs, () => instances.start(key, 'kept'));
    later(target, restartMs + backMs, () => {
      if (!instances.present().includes(key)) return;
      instances.restore(key, content);
      instances.start(key, 'kept');
    });
  },
  delisting: (target, { node, forMs }) => {
    const key = nodeAt(target, node);
    if (key === null) return;
    target.instances.delist(key);
    later(target, forMs, () => {
      if (target.instances.present().includes(key)) target.instances.list(key);
    });
  },
  scale: (target, { by }) => {
    const { world, instances } = target;
    const present = instances.present();
    const wanted = Math.max(1, present.length + by);
    world.flux.setExpectedNodes(wanted);
    for (let count = present.length; count < wanted; count += 1) instances.add();
    for (const key of present.slice(wanted)) {
      instances.lose(key);
      instances.delist(key);
    }
  },
  'cut-and-delisted': cutAndDelist,
  'blind-side': blindSide,
  'frozen-side': freezeSide,
  'etcd-data-loss': loseEtcdData,
  'lingering-loss': (target, { node, delistAfterMs }) => {
    const key = nodeAt(target, node);
    if (key === null || !mayHurt(target, key)) return;
    target.instances.lose(key);
    target.instances.add();
    later(target, delistAfterMs, () => target.instances.delist(key));
  },
  'address-taken': (target, { node, delistAfterMs }) => {
    const key = nodeAt(target, node);
    if (key === null || !mayHurt(target, key)) return;
    const address = target.world.network.addressOf(key);
    loseMachine(target, key, delistAfterMs, 0);
    if (address !== null) target.world.network.assignStranger(address);
  },
  'full-volume': (target, { node, forMs }) => {
    const key = nodeAt(target, node);
    const volume = key === null ? undefined : target.world.containers.get(key)?.volume;
    if (key === null || volume === undefined || !mayHurt(target, key)) return;
    volume.full = true;
    later(target, forMs, () => {
      volume.full = false;
    });
  },
  order: giveOrder,
};

/** Makes a fault happen now. */
export function applyFault(target: Target, fault: Fault): void {
  const { atMs: _, ...kind } = fault;
  target.world.trace.add('', `FAULT ${JSON.stringify(kind)}`);
  // The handler of a kind takes exactly that kind, which the compiler cannot follow through the table.
  (handlers[fault.kind] as (target: Target, fault: Fault) => void)(target, fault);
}

/** The end of all faults: everything is reachable, calm, running and listed, and as many instances exist as should. */
export function healAll({ world, instances }: Target): void {
  const { network, flux, containers, trace } = world;
  trace.add('', 'HEALED');
  network.healAll();
  flux.calm();
  for (const key of instances.present()) {
    const container = containers.get(key);
    container?.resume();
    container?.faults.loseAnswers(0);
    // A crash that no effect has come to yet is a fault like any other, and would begin the wait for somebody gone anew.
    container?.armAgent({ effectsLeft: Number.POSITIVE_INFINITY, phase: 'before' });
    if (container !== undefined) container.volume.full = false;
    if (container?.isUp() !== true) instances.start(key, 'kept');
    instances.list(key);
  }
  world.reachabilityChanged();
  for (let count = instances.present().length; count < flux.expectedNodes(); count += 1) instances.add();
}
