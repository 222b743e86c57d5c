import {
  holdDown,
  isolate,
  must,
  primaryOf,
  primaryOrNone,
  reconnect,
  type Situation,
  stateOf,
  until,
  viewOf,
} from './situation.ts';

const SHORT = { FENCE_AFTER: '60' };
/** A copy that cannot follow is cloned anew no sooner than it had its time to follow. */
const REPLACED_WITHIN_MS = 1_800_000;

/** As when a majority stands still and goes on alone, except that its agents start anew before anybody can tell them. */
const frozenAndRestarted: Situation = {
  name: 'a majority stands still, is recovered from, and starts its agents anew while it is alone',
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
    for (const key of side) {
      world.containers.get(key)?.resume();
      instances.list(key);
    }
    // Listed again, and its stamp says so, a new agent has nothing but the flag to tell it that it was away.
    const listedAgainAtMs = world.scheduler.nowMs();
    const isListed = (key: string) => {
      const { standing } = viewOf(scenario, key).memory;
      return standing.fencing.listedAtMs > listedAgainAtMs;
    };
    await until(scenario, () => side.every(isListed), { withinMs: 90_000 });
    await pass(25_000);
    for (const key of side) world.containers.get(key)?.crashAgent('for the test');
    // Longer than a cold start waits for somebody who does not answer.
    await pass(180_000);
    reconnect(scenario);
    await healthyWithin(300_000);
  },
};

/**
 * Those who replaced it fail over once more, so that their last primary is on a timeline 2 of its own. They are delisted later, and
 * only the cut-off one is known to Flux: what it begins is timeline 2, too.
 */
const replacedThenDelisted: Situation = {
  name: 'a voter that was replaced for its silence is listed, and its successors are not',
  play: async (begin) => {
    const scenario = begin(4, { environment: SHORT });
    const { world, instances, pass, healthyWithin } = scenario;
    await healthyWithin(180_000);
    const primary = primaryOf(scenario);
    const hasEtcd = (key: string) => world.containers.get(key)?.etcd() !== null;
    const [cut = ''] = instances.keys().filter((key) => key !== primary && hasEtcd(key));
    const [successor = ''] = instances.keys().filter((key) => !hasEtcd(key));
    const rest = instances.keys().filter((key) => key !== cut);
    isolate(scenario, [cut]);
    await until(scenario, () => hasEtcd(successor), { withinMs: 300_000 });
    await pass(20_000);
    instances.stop(primary);
    const hasFailedOver = () => ![null, primary].includes(primaryOrNone(scenario));
    await until(scenario, hasFailedOver, { withinMs: 90_000 });
    const last = primaryOf(scenario);
    instances.start(primary, 'kept');
    await pass(60_000);
    for (const key of rest) if (key !== last) instances.delist(key);
    // So it is also the last one to fence itself, and nobody takes over from it on a timeline 3.
    await pass(30_000);
    instances.delist(last);
    await pass(240_000);
    must(primaryOrNone(scenario) === cut, 'the one that is left does not serve');
    for (const key of rest) instances.list(key);
    reconnect(scenario);
    await healthyWithin(REPLACED_WITHIN_MS);
  },
};

/**
 * As before, and its address goes over to its successor: an address that another one proves to have is no reason to forget who
 * was voted out for its silence.
 */
const replacedThenSucceeded: Situation = {
  name: 'a voter that was replaced for its silence moves, and its successor takes its address',
  play: async (begin) => {
    const scenario = begin(4, { environment: { FENCE_AFTER: '90', ABSENCE_GRACE: '80' } });
    const { world, instances, pass, healthyWithin } = scenario;
    await healthyWithin(180_000);
    const primary = primaryOf(scenario);
    const hasEtcd = (key: string) => world.containers.get(key)?.etcd() !== null;
    const [cut = ''] = instances.keys().filter((key) => key !== primary && hasEtcd(key));
    const [successor = ''] = instances.keys().filter((key) => !hasEtcd(key));
    const rest = instances.keys().filter((key) => key !== cut);
    isolate(scenario, [cut]);
    await until(scenario, () => hasEtcd(successor), { withinMs: 300_000 });
    await pass(10_000);
    const address = world.network.addressOf(cut);
    instances.delist(cut);
    instances.move(cut);
    if (address !== null) instances.move(successor, address);
    // Long enough to be heard there, and not for a voter of unknown address to count as gone.
    await pass(35_000);
    for (const key of rest) instances.delist(key);
    instances.list(cut);
    await pass(330_000);
    for (const key of rest) instances.list(key);
    reconnect(scenario);
    await healthyWithin(REPLACED_WITHIN_MS);
  },
};

/**
 * Q16 of an idle database: both sides leave timeline 1 at the same place, so that their histories look the same, and the copies
 * of the side that was recovered from are further on a timeline 2 that is not the leader's.
 */
const furtherAlone: Situation = {
  name: 'a majority that wrote more is recovered from, and returns to a leader whose history looks the same',
  play: async (begin) => {
    const scenario = begin(3, { environment: SHORT, client: false });
    const { world, instances, pass, healthyWithin } = scenario;
    await healthyWithin(120_000);
    const primary = primaryOf(scenario);
    const [cut = '', last = ''] = instances.keys().filter((key) => key !== primary);
    isolate(scenario, [cut]);
    instances.stop(primary);
    await pass(2000);
    instances.start(primary, 'kept');
    await until(scenario, () => primaryOrNone(scenario) !== null, { withinMs: 200_000 });
    const rest = instances.keys().filter((key) => key !== cut);
    const side = primaryOf(scenario);
    for (let rows = 0; rows < 50; rows += 1) {
      world.containers
        .get(side)
        ?.patroni()
        ?.write(() => undefined);
      await pass(1000);
    }
    must([primary, last].includes(side), 'the one that is cut off leads');
    for (const key of rest) instances.delist(key);
    await pass(240_000);
    must(primaryOrNone(scenario) === cut, 'the one that is left does not serve');
    for (const key of rest) instances.list(key);
    reconnect(scenario);
    await healthyWithin(REPLACED_WITHIN_MS);
    const kept = rest.map((key) => world.containers.get(key)?.volume.content.quarantine ?? []);
    const hasTail = kept.some((entries) => entries.some(({ name }) => /^tail-2-/.test(name)));
    must(
      hasTail,
      `no tail is kept: ${JSON.stringify(kept.map((entries) => entries.map(({ name }) => name)))}`,
    );
  },
};

/** Who stopped first lacks what the other wrote after that, and is the first of them to be free to start. */
const fencedInTurn: Situation = {
  name: 'two are fenced one after the other, and the one that stopped last is released last',
  play: async (begin) => {
    // Few rows, since Patroni by itself holds back whoever is more than a mebibyte behind.
    const scenario = begin(3, { environment: SHORT, client: false });
    const { world, instances, monitor, pass, healthyWithin } = scenario;
    await healthyWithin(120_000);
    const primary = primaryOf(scenario);
    const [first = '', down = ''] = instances.keys().filter((key) => key !== primary);
    instances.stop(down);
    await pass(20_000);
    instances.delist(first);
    // Apart, but by less than a member key lives: the topology for failsafe would shut out who has none any more.
    await pass(16_000);
    instances.delist(primary);
    const isFenced = (key: string) => stateOf(scenario, key).stale !== null;
    await until(scenario, () => isFenced(first), { withinMs: 120_000 });
    await pass(1000);
    monitor.workload.write();
    await until(scenario, () => isFenced(primary), { withinMs: 120_000 });
    for (const key of [first, primary]) instances.list(key);
    await pass(20_000);
    instances.start(down, 'kept');
    await holdDown(scenario, 30_000, () => world.containers.get(primary)?.crashAgent('for the test'));
    await healthyWithin(500_000);
  },
};

/** Others go on without somebody who is still there, and meet again. */
export const leftBehindSituations: readonly Situation[] = [
  frozenAndRestarted,
  replacedThenDelisted,
  replacedThenSucceeded,
  furtherAlone,
  fencedInTurn,
];
