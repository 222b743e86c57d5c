import { isolate, must, primaryOf, reconnect, type Situation } from './situation.ts';

const SHORT = { FENCE_AFTER: '60' };

/** Q16, Q17: the side of the primary is cut off and delisted, and lives on. */
const delistedMajority: Situation = {
  name: 'a majority with the primary is cut off and delisted',
  play: async (begin) => {
    const scenario = begin(3, { environment: SHORT });
    const { instances, pass, healthyWithin } = scenario;
    await healthyWithin(120_000);
    const primary = primaryOf(scenario);
    const [survivor = ''] = instances
      .keys()
      .filter((key) => key !== primary)
      .slice(-1);
    const side = instances.keys().filter((key) => key !== survivor);
    isolate(scenario, side);
    for (const key of side) instances.delist(key);
    await pass(240_000);
    must(primaryOf(scenario) === survivor, 'the survivor does not serve');
    for (const key of side) instances.list(key);
    reconnect(scenario);
    await healthyWithin(300_000);
  },
};

/** Q16: the same, frozen at first, and still alone when it goes on. */
const frozenMajority: Situation = {
  name: 'a majority stands still, is recovered from, and goes on alone',
  play: async (begin) => {
    const scenario = begin(3, { environment: SHORT });
    const { world, instances, pass, healthyWithin } = scenario;
    await healthyWithin(120_000);
    const primary = primaryOf(scenario);
    const [survivor = ''] = instances
      .keys()
      .filter((key) => key !== primary)
      .slice(-1);
    const side = instances.keys().filter((key) => key !== survivor);
    isolate(scenario, side);
    for (const key of side) {
      instances.delist(key);
      world.containers.get(key)?.pause();
    }
    await pass(240_000);
    must(primaryOf(scenario) === survivor, 'the survivor does not serve');
    for (const key of side) world.containers.get(key)?.resume();
    await pass(45_000);
    for (const key of side) instances.list(key);
    reconnect(scenario);
    await healthyWithin(300_000);
  },
};

/** Q16: the same, and what it hears when it goes on is much, but nothing of that comes before the end of its PostgreSQL. */
const frozenBesideJoiner: Situation = {
  name: 'a majority stands still, is recovered from, and goes on in reach of a node that it does not know',
  play: async (begin) => {
    const scenario = begin(3, { environment: SHORT });
    const { world, instances, pass, healthyWithin } = scenario;
    await healthyWithin(120_000);
    await pass(20_000);
    const primary = primaryOf(scenario);
    const [survivor = ''] = instances
      .keys()
      .filter((key) => key !== primary)
      .slice(-1);
    const side = instances.keys().filter((key) => key !== survivor);
    isolate(scenario, side);
    for (const key of side) {
      instances.delist(key);
      world.containers.get(key)?.pause();
    }
    await pass(30_000);
    instances.add();
    await pass(200_000);
    must(primaryOf(scenario) === survivor, 'the survivor does not serve');
    for (const key of side) world.containers.get(key)?.resume();
    await pass(30_000);
    for (const key of side) instances.list(key);
    reconnect(scenario);
    world.flux.setExpectedNodes(4);
    await healthyWithin(300_000);
  },
};

/** Q21: two voters are gone for good, and the third member that is left is cut off and listed. */
const silentListed: Situation = {
  name: 'a listed member is silent while the others recover',
  play: async (begin) => {
    const scenario = begin(4, { environment: { ...SHORT } });
    const { world, instances, pass, healthyWithin } = scenario;
    await healthyWithin(180_000);
    const voters = instances.keys().filter((key) => world.containers.get(key)?.etcd() !== null);
    const primary = primaryOf(scenario);
    const lost = voters.filter((key) => key !== primary).slice(0, 2);
    for (const key of lost) {
      instances.lose(key);
      instances.delist(key);
    }
    isolate(scenario, [primary]);
    await pass(200_000);
    reconnect(scenario);
    await healthyWithin(400_000);
  },
};

/** A1, A2 for somebody who is cut off besides. */
const emptyListing: Situation = {
  name: 'a cut-off node is told by Flux that nobody exists',
  play: async (begin) => {
    const scenario = begin(3, { environment: SHORT });
    const { world, instances, pass, healthyWithin } = scenario;
    await healthyWithin(120_000);
    const [blind = ''] = instances.keys();
    isolate(scenario, [blind]);
    world.flux.setMood('all', blind, { kind: 'empty' });
    await pass(240_000);
    world.flux.calm();
    reconnect(scenario);
    await healthyWithin(300_000);
  },
};

/** One of nine witnesses answers, and it leaves out everybody else. */
const oneWitness: Situation = {
  name: 'a cut-off node has the answer of one wrong witness',
  play: async (begin) => {
    const scenario = begin(3, { environment: SHORT });
    const { world, instances, pass, healthyWithin } = scenario;
    await healthyWithin(120_000);
    const [first = ''] = instances.keys();
    isolate(scenario, [first]);
    world.flux.setMood('all', first, { kind: 'failing' });
    // Half of three, in the order of registration, is the first one.
    world.flux.setMood(1, first, { kind: 'halved' });
    await pass(240_000);
    world.flux.calm();
    reconnect(scenario);
    await healthyWithin(300_000);
  },
};

/** Q5 */
const etcdLost: Situation = {
  name: 'all etcd data is lost and every copy is kept',
  play: async (begin) => {
    const scenario = begin(3, { environment: SHORT });
    const { world, instances, pass, healthyWithin } = scenario;
    await healthyWithin(120_000);
    for (const key of instances.keys()) instances.stop(key);
    for (const volume of world.volumes) volume.content = { ...volume.content, etcd: null };
    await pass(2000);
    for (const key of instances.keys()) instances.start(key, 'kept');
    await healthyWithin(400_000);
  },
};

/** The directories are lost under running programs, as with a disk that was swapped. */
const etcdLostRunning: Situation = {
  name: 'all etcd data is lost under running servers',
  play: async (begin) => {
    const scenario = begin(3, { environment: SHORT });
    const { world, instances, healthyWithin } = scenario;
    await healthyWithin(120_000);
    for (const key of instances.keys()) {
      const container = world.containers.get(key);
      container?.killProgram('etcd');
      if (container !== undefined) container.volume.content = { ...container.volume.content, etcd: null };
    }
    await healthyWithin(400_000);
  },
};

/** M11 */
const etcdEmptied: Situation = {
  name: 'one etcd directory is emptied',
  play: async (begin) => {
    const scenario = begin(3, { environment: SHORT });
    const { world, instances, pass, healthyWithin } = scenario;
    await healthyWithin(120_000);
    const [, second = ''] = instances.keys();
    instances.stop(second);
    const volume = world.containers.get(second)?.volume;
    if (volume !== undefined) volume.content = { ...volume.content, etcd: null };
    await pass(2000);
    instances.start(second, 'kept');
    await healthyWithin(240_000);
  },
};

/** Q16 with contact: those who were given up come back to a cluster of a later epoch. */
const stoppedReturn: Situation = {
  name: 'stopped voters return to a recovered cluster',
  play: async (begin) => {
    const scenario = begin(3, { environment: SHORT });
    const { instances, pass, healthyWithin } = scenario;
    await healthyWithin(120_000);
    const primary = primaryOf(scenario);
    const lost = instances.keys().filter((key) => key !== primary);
    for (const key of lost) {
      instances.stop(key);
      instances.delist(key);
    }
    await pass(200_000);
    for (const key of lost) {
      instances.start(key, 'kept');
      instances.list(key);
    }
    await healthyWithin(300_000);
  },
};

/** M5 */
const swapped: Situation = {
  name: 'two nodes swap their addresses',
  play: async (begin) => {
    const scenario = begin(3, { environment: SHORT });
    const { instances, pass, healthyWithin } = scenario;
    await healthyWithin(120_000);
    const [left = '', right = ''] = instances.keys();
    instances.swap(left, right);
    await pass(30_000);
    await healthyWithin(240_000);
  },
};

/** An agent is away for moments while another voter is down: etcd itself is well. */
const blink: Situation = {
  name: 'an agent restarts while another voter is down',
  play: async (begin) => {
    const scenario = begin(3, { environment: SHORT });
    const { world, instances, pass, healthyWithin } = scenario;
    await healthyWithin(120_000);
    await pass(90_000);
    for (const down of instances.keys()) {
      instances.stop(down);
      await pass(10_000);
      for (const key of instances.running()) {
        world.containers.get(key)?.crashAgent('for the test');
        await pass(15_000);
      }
      instances.start(down, 'kept');
      await healthyWithin(240_000);
    }
  },
};

/** Recovery, and when it must not happen. */
export const recoverySituations: readonly Situation[] = [
  delistedMajority,
  frozenMajority,
  frozenBesideJoiner,
  silentListed,
  emptyListing,
  etcdLost,
  oneWitness,
  etcdLostRunning,
  etcdEmptied,
  stoppedReturn,
  swapped,
  blink,
];
