import type { Random } from '../kernel/random.ts';
import type { Fault, FaultKind } from './fault.ts';
import type { Profile } from './profile.ts';

/** More than any run has nodes: an index counts around. */
const INDICES = 7;

type Kind = FaultKind['kind'];
type Draw = (random: Random) => FaultKind;

const seconds = (random: Random, least: number, most: number) => 1000 * random.int(least, most);
const node = (random: Random) => random.int(0, INDICES - 1);
const side = (random: Random) => Array.from({ length: random.int(1, 4) }, () => node(random));

const draws: Readonly<Record<Kind, Draw>> = {
  'agent-crash': (random) => ({
    kind: 'agent-crash',
    node: node(random),
    point: { effectsLeft: random.int(0, 6), phase: random.pick(['before', 'after']) },
  }),
  'program-kill': (random) => ({
    kind: 'program-kill',
    node: node(random),
    program: random.pick(['router', 'etcd', 'patroni']),
  }),
  'container-kill': (random) => ({
    kind: 'container-kill',
    node: node(random),
    forMs: seconds(random, 1, 90),
    volume: random.chance(0.75) ? 'kept' : 'emptied',
  }),
  'machine-loss': (random) => ({
    kind: 'machine-loss',
    node: node(random),
    delistAfterMs: seconds(random, 0, 60),
    replaceAfterMs: seconds(random, 0, 120),
  }),
  'majority-loss': (random) => ({
    kind: 'majority-loss',
    delistAfterMs: seconds(random, 0, 60),
    replaceAfterMs: seconds(random, 0, 180),
  }),
  'redeploy-all': (random) => ({
    kind: 'redeploy-all',
    order: Array.from({ length: INDICES }, () => node(random)),
    gapMs: seconds(random, 0, 30),
    downMs: seconds(random, 1, 60),
  }),
  partition: (random) => ({
    kind: 'partition',
    side: Array.from({ length: random.int(1, 3) }, () => node(random)),
    direction: random.pick(['both', 'both', 'in', 'out']),
    forMs: seconds(random, 1, 120),
  }),
  pause: (random) => ({ kind: 'pause', node: node(random), forMs: seconds(random, 1, 90) }),
  'clock-skew': (random) => ({ kind: 'clock-skew', node: node(random), ms: seconds(random, -7200, 7200) }),
  'lost-answers': (random) => ({
    kind: 'lost-answers',
    node: node(random),
    probability: 0.1 + 0.8 * random.next(),
    forMs: seconds(random, 1, 60),
  }),
  'flux-mood': (random) => ({
    kind: 'flux-mood',
    source: random.chance(0.3) ? 'all' : random.int(0, 9),
    caller: random.chance(0.5) ? 'all' : node(random),
    mood: random.pick(['failing', 'empty', 'halved', 'stale', 'lying']),
    forMs: seconds(random, 1, 120),
  }),
  'address-change': (random) => ({ kind: 'address-change', node: node(random) }),
  'address-change-of-all': () => ({ kind: 'address-change-of-all' }),
  'address-swap': (random) => ({ kind: 'address-swap', left: node(random), right: node(random) }),
  phantom: (random) => ({ kind: 'phantom', stranger: random.chance(0.3), forMs: seconds(random, 10, 150) }),
  'old-volume': (random) => ({ kind: 'old-volume', node: node(random), backupMs: seconds(random, 5, 120) }),
  'older-volume': (random) => ({
    kind: 'older-volume',
    node: node(random),
    restartMs: seconds(random, 1, 30),
    backMs: seconds(random, 5, 120),
  }),
  delisting: (random) => ({ kind: 'delisting', node: node(random), forMs: seconds(random, 10, 200) }),
  scale: (random) => ({ kind: 'scale', by: random.pick([-2, -1, 1, 2]) }),
  'cut-and-delisted': (random) => ({
    kind: 'cut-and-delisted',
    side: side(random),
    cutMs: seconds(random, 60, 300),
    delistedMs: seconds(random, 30, 300),
  }),
  'blind-side': (random) => ({
    kind: 'blind-side',
    side: side(random),
    mood: random.pick(['failing', 'empty', 'halved', 'stale', 'lying']),
    forMs: seconds(random, 60, 250),
  }),
  'frozen-side': (random) => ({
    kind: 'frozen-side',
    side: side(random),
    how: random.pick(['paused', 'stopped']),
    forMs: seconds(random, 60, 240),
    aloneMs: seconds(random, 0, 60),
  }),
  'etcd-data-loss': (random) => ({
    kind: 'etcd-data-loss',
    nodes: Array.from({ length: random.int(1, INDICES) }, () => node(random)),
    downMs: seconds(random, 1, 30),
  }),
  'lingering-loss': (random) => ({
    kind: 'lingering-loss',
    node: node(random),
    delistAfterMs: seconds(random, 100, 240),
  }),
  'address-taken': (random) => ({
    kind: 'address-taken',
    node: node(random),
    delistAfterMs: seconds(random, 0, 120),
  }),
  'full-volume': (random) => ({ kind: 'full-volume', node: node(random), forMs: seconds(random, 5, 120) }),
  order: (random) => ({ kind: 'order', node: node(random), order: random.pick(['recover', 'found']) }),
};

/** Draws the faults of one run. */
export function drawSchedule(random: Random, profile: Profile): readonly Fault[] {
  const kinds = Object.keys(draws).flatMap((kind) =>
    Array.from({ length: profile.weights[kind as Kind] ?? 0 }, () => kind as Kind),
  );
  if (kinds.length === 0) return [];
  const count = random.int(profile.faults.least, profile.faults.most);
  return Array.from({ length: count }, () => {
    const atMs = profile.firstFaultMs + random.int(0, profile.faultWindowMs);
    return { ...draws[random.pick(kinds)](random), atMs };
  }).sort((left, right) => left.atMs - right.atMs);
}
