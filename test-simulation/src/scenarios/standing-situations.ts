import {
  isolate,
  must,
  primaryOf,
  reasonOf,
  reconnect,
  type Situation,
  stateOf,
  until,
} from './situation.ts';

const SHORT = { FENCE_AFTER: '60' };

/** One has stood still and one is down: the three others know that nobody went on without them. */
const vouchedFor: Situation = {
  name: 'a node that stood still comes back while another one is down',
  play: async (begin) => {
    const scenario = begin(5, { environment: SHORT });
    const { world, instances, pass, healthyWithin } = scenario;
    await healthyWithin(240_000);
    const primary = primaryOf(scenario);
    const [still = '', down = ''] = instances.keys().filter((key) => key !== primary);
    instances.stop(down);
    world.containers.get(still)?.pause();
    await pass(80_000);
    world.containers.get(still)?.resume();
    await until(scenario, () => stateOf(scenario, still).stale !== null, { withinMs: 30_000 });
    await until(scenario, () => stateOf(scenario, still).stale === null, { withinMs: 60_000 });
    must(!instances.running().includes(down), 'the other one is back, so that nobody had to vouch');
    instances.start(down, 'kept');
    await healthyWithin(300_000);
  },
};

/** It belongs to an epoch of which it knows nobody, so that it cannot know either who could have gone on. */
const withoutMirror: Situation = {
  name: 'a node is away from its admission to a later epoch on, and comes back cut off',
  play: async (begin) => {
    const scenario = begin(3, { environment: SHORT });
    const { world, instances, pass, healthyWithin } = scenario;
    await healthyWithin(120_000);
    for (const key of instances.keys()) instances.stop(key);
    for (const volume of world.volumes) volume.content = { ...volume.content, etcd: null };
    await pass(2000);
    for (const key of instances.keys()) instances.start(key, 'kept');
    await healthyWithin(400_000);
    world.flux.setExpectedNodes(4);
    const joiner = instances.add();
    const content = () => world.containers.get(joiner)?.volume.content;
    await until(scenario, () => (content()?.state?.cluster ?? null) !== null, {
      withinMs: 60_000,
      everyMs: 1,
    });
    instances.stop(joiner);
    must(content()?.mirror === null, 'it knows who belongs');
    await pass(70_000);
    isolate(scenario, [joiner]);
    instances.start(joiner, 'kept');
    await pass(60_000);
    must(reasonOf(scenario, joiner) === 'stale-mirror-unknown', `it waits for ${reasonOf(scenario, joiner)}`);
    reconnect(scenario);
    await healthyWithin(240_000);
  },
};

/** Its single voter would serve at once and alone, so it asks first. */
const singleVoterFirst: Situation = {
  name: 'of two nodes the voter starts first after a full stop',
  play: async (begin) => {
    const scenario = begin(2, { environment: SHORT });
    const { world, instances, pass, healthyWithin } = scenario;
    await healthyWithin(240_000);
    const [voter = ''] = instances.keys().filter((key) => world.containers.get(key)?.etcd() !== null);
    for (const key of instances.keys()) instances.stop(key);
    await pass(5000);
    instances.start(voter, 'kept');
    await until(scenario, () => reasonOf(scenario, voter) === 'waiting-for-members', { withinMs: 30_000 });
    must(world.containers.get(voter)?.etcd() === null, 'it has asked nobody');
    await pass(25_000);
    must(world.containers.get(voter)?.etcd() !== null, 'it waits for a silent node without end');
    for (const key of instances.keys()) if (key !== voter) instances.start(key, 'kept');
    await healthyWithin(240_000);
  },
};

/** Each of them saw another one hold the key last, for a moment or for long; their copies are the same. */
const differentMemories: Situation = {
  name: 'two nodes fence themselves with equal copies, and remember each other as the last primary',
  play: async (begin) => {
    const scenario = begin(3, { environment: SHORT, client: false });
    const { world, instances, pass, healthyWithin } = scenario;
    await healthyWithin(120_000);
    await pass(100_000);
    const primary = primaryOf(scenario);
    const [other = ''] = instances.keys().filter((key) => key !== primary);
    const side = [primary, other];
    isolate(scenario, side);
    for (const key of side) instances.delist(key);
    const isFenced = () => side.every((key) => stateOf(scenario, key).stale?.cause === 'fenced');
    await until(scenario, isFenced, { withinMs: 90_000, everyMs: 100 });
    for (const [key, lastPrimary] of [
      [primary, stateOf(scenario, other).nodeId],
      [other, stateOf(scenario, primary).nodeId],
    ] as const) {
      const volume = world.containers.get(key)?.volume;
      const mirror = volume?.content.mirror ?? null;
      if (volume === undefined || mirror === null) throw new Error(`${key} has no mirror`);
      volume.content = { ...volume.content, mirror: { ...mirror, lastPrimary } };
    }
    reconnect(scenario);
    for (const key of side) instances.list(key);
    await healthyWithin(200_000);
    must(stateOf(scenario, primary).cluster?.epoch === 1, 'somebody has recovered');
  },
};

/** Who has to ask before it serves. */
export const standingSituations: readonly Situation[] = [
  vouchedFor,
  withoutMirror,
  singleVoterFirst,
  differentMemories,
];
