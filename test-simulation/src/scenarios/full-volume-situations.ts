import { agreeOnSeeder, giveBack, hasIntent } from './intent-situations.ts';
import type { Scenario } from './scenario.ts';
import { must, primaryOf, primaryOrNone, type Situation, stateOf, until } from './situation.ts';

const SHORT = { FENCE_AFTER: '60' };

function setFull({ world }: Scenario, key: string, full: boolean): void {
  const volume = world.containers.get(key)?.volume;
  if (volume === undefined) throw new Error(`${key} has no volume`);
  volume.full = full;
}

function runsNothing({ world }: Scenario, key: string): boolean {
  const container = world.containers.get(key);
  return container?.etcd() === null && container.patroni() === null;
}

/** Lets time pass during which the node runs neither etcd nor Patroni. */
async function staysDown(scenario: Scenario, key: string, forMs: number, why: string): Promise<void> {
  for (let passedMs = 0; passedMs < forMs; passedMs += 500) {
    await scenario.pass(500);
    must(runsNothing(scenario, key), why);
  }
}

/** Whoever cannot note that the old etcd has ended does not start it again. */
const laterEpoch: Situation = {
  name: 'a node hears of a later epoch and has no room to write it down',
  play: async (begin) => {
    const scenario = begin(3, { environment: SHORT });
    const { world, instances, pass, healthyWithin } = scenario;
    await healthyWithin(120_000);
    await pass(20_000);
    const primary = primaryOf(scenario);
    const [follower = ''] = instances.keys().filter((key) => key !== primary);
    const lossy = instances.keys().filter((key) => key !== follower);
    for (const key of lossy) {
      instances.stop(key);
      const volume = world.containers.get(key)?.volume;
      if (volume !== undefined) volume.content = { ...volume.content, etcd: null };
    }
    await pass(1000);
    for (const key of lossy) instances.start(key, 'kept');
    const bound = () => hasIntent(scenario, follower) && runsNothing(scenario, follower);
    await until(scenario, bound, { withinMs: 120_000, everyMs: 1 });
    must(stateOf(scenario, follower).intent?.seederNodeId !== stateOf(scenario, follower).nodeId, 'it seeds');
    setFull(scenario, follower, true);
    await until(scenario, () => lossy.some((key) => stateOf(scenario, key).cluster?.epoch === 2), {
      withinMs: 60_000,
      everyMs: 100,
    });
    await staysDown(scenario, follower, 60_000, 'it serves from the etcd of an epoch that is over');
    must(primaryOrNone(scenario) !== null, 'the others do not serve');
    setFull(scenario, follower, false);
    await healthyWithin(240_000);
    must(
      instances.keys().every((key) => stateOf(scenario, key).cluster?.epoch === 2),
      'somebody is left behind',
    );
  },
};

/** What is not persisted has not happened: a promise that could not be taken back binds. */
const boundPromise: Situation = {
  name: 'a promise to a seeder is called off and there is no room to note it',
  play: async (begin) => {
    const scenario = begin(5, { environment: SHORT });
    const { world, pass, healthyWithin } = scenario;
    const { seeder, follower, lost } = await agreeOnSeeder(scenario);
    world.containers.get(seeder)?.pause();
    await until(scenario, () => runsNothing(scenario, follower), { withinMs: 30_000 });
    setFull(scenario, follower, true);
    giveBack(scenario, lost.slice(0, 2));
    await pass(5000);
    world.containers.get(seeder)?.resume();
    await until(scenario, () => !hasIntent(scenario, seeder), { withinMs: 30_000, everyMs: 100 });
    await staysDown(scenario, follower, 30_000, 'it serves although its promise is still on its volume');
    setFull(scenario, follower, false);
    await until(scenario, () => !hasIntent(scenario, follower), { withinMs: 30_000, everyMs: 100 });
    giveBack(scenario, lost.slice(2));
    await healthyWithin(240_000);
    must(stateOf(scenario, seeder).cluster?.epoch === 1, 'an epoch began that nobody needed');
  },
};

/** They know of each other that nobody went on, and may not act on that before it is written. */
const staleStay: Situation = {
  name: 'all were away, account for each other, and have no room to note it',
  play: async (begin) => {
    const scenario = begin(3, { environment: SHORT });
    const { instances, pass, healthyWithin } = scenario;
    await healthyWithin(120_000);
    await pass(20_000);
    const primary = primaryOf(scenario);
    const keys = instances.keys();
    for (const key of keys) instances.stop(key);
    await pass(80_000);
    for (const key of keys) {
      instances.start(key, 'kept');
      await until(scenario, () => stateOf(scenario, key).stale !== null, { withinMs: 30_000, everyMs: 10 });
      setFull(scenario, key, true);
    }
    for (let second = 0; second < 60; second += 1) {
      await pass(1000);
      must(
        keys.every((key) => runsNothing(scenario, key)),
        'somebody runs although its volume still says that it is stale',
      );
    }
    // With room for two of them a quorum is there, and what it says is no word of the third one's own.
    const [last = '', ...others] = keys.filter((key) => key !== primary);
    for (const key of [primary, ...others]) setFull(scenario, key, false);
    await until(scenario, () => primaryOrNone(scenario) !== null, { withinMs: 120_000, everyMs: 1000 });
    must(stateOf(scenario, last).stale !== null, 'it has noted what it had no room for');
    setFull(scenario, last, false);
    await healthyWithin(240_000);
    must(stateOf(scenario, last).cluster?.epoch === 1, 'a restart became a recovery');
  },
};

/** A volume that takes no writes: what cannot be noted is not acted on, and what must end ends all the same. */
export const fullVolumeSituations: readonly Situation[] = [laterEpoch, boundPromise, staleStay];
