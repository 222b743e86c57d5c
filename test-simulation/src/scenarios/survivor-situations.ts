import type { Scenario } from './scenario.ts';
import { must, primaryOf, primaryOrNone, reasonOf, type Situation, stateOf, until } from './situation.ts';

const SHORT = { FENCE_AFTER: '60' };

/** The machines are gone for good, and Flux knows it. */
function loseAll({ instances }: Scenario, keys: readonly string[]): void {
  for (const key of keys) {
    instances.lose(key);
    instances.delist(key);
  }
}

/** Whoever is left serves once both graces are over and not before, and is a cluster again with fresh nodes. */
async function surviveAlone(scenario: Scenario, survivor: string, fresh: number): Promise<void> {
  const { instances, pass, healthyWithin } = scenario;
  await pass(95_000);
  must(stateOf(scenario, survivor).cluster?.epoch === 1, 'somebody was given up before the graces were over');
  await until(scenario, () => primaryOrNone(scenario) === survivor, { withinMs: 120_000, everyMs: 500 });
  must(stateOf(scenario, survivor).cluster?.epoch === 2, 'it serves without a recovery');
  for (let count = 0; count < fresh; count += 1) instances.add();
  await healthyWithin(400_000);
}

/** Q10, Q13 */
const lastOfFive: Situation = {
  name: 'four of five nodes are lost, the primary and all synchronous standbys among them',
  play: async (begin) => {
    const scenario = begin(5, { environment: { ...SHORT, SYNCHRONOUS_MODE: 'quorum' } });
    const { instances, pass, healthyWithin } = scenario;
    await healthyWithin(240_000);
    await pass(20_000);
    const primary = primaryOf(scenario);
    const [survivor = '', ...others] = instances.keys().filter((key) => key !== primary);
    loseAll(scenario, [primary, ...others]);
    await surviveAlone(scenario, survivor, 4);
  },
};

/** Q14 */
const withoutEtcd: Situation = {
  name: 'all voters are lost, and the node that is left has never run etcd',
  play: async (begin) => {
    const scenario = begin(4, { environment: SHORT });
    const { world, instances, pass, healthyWithin } = scenario;
    await healthyWithin(180_000);
    await pass(20_000);
    const [survivor = ''] = instances.keys().filter((key) => world.containers.get(key)?.etcd() === null);
    must(primaryOf(scenario) !== survivor, 'the primary is not among the voters');
    const voters = instances.keys().filter((key) => key !== survivor);
    loseAll(scenario, voters);
    await surviveAlone(scenario, survivor, 3);
  },
};

/** Q15 */
const ofTwo: Situation = {
  name: 'of two nodes the one with the vote is lost',
  play: async (begin) => {
    const scenario = begin(2, { environment: SHORT });
    const { world, instances, pass, healthyWithin } = scenario;
    await healthyWithin(240_000);
    await pass(20_000);
    const [survivor = ''] = instances.keys().filter((key) => world.containers.get(key)?.etcd() === null);
    loseAll(
      scenario,
      instances.keys().filter((key) => key !== survivor),
    );
    await surviveAlone(scenario, survivor, 1);
  },
};

/** M10 for two who are gone: what answers where they were is not them, and says nothing about them. */
const strangers: Situation = {
  name: 'strangers have the addresses of two nodes that are lost and no longer listed',
  play: async (begin) => {
    const scenario = begin(3, { environment: SHORT });
    const { world, instances, pass, healthyWithin } = scenario;
    await healthyWithin(120_000);
    await pass(20_000);
    const primary = primaryOf(scenario);
    const lost = instances.keys().filter((key) => key !== primary);
    const addresses = lost.flatMap((key) => world.network.addressOf(key) ?? []);
    loseAll(scenario, lost);
    for (const address of addresses) world.network.assignStranger(address);
    await surviveAlone(scenario, primary, 2);
  },
};

/** Q3 with `available`: silence is enough, but not while somebody answers who cannot prove that he is no member. */
const silenceIsEnough: Situation = {
  name: 'two of three are silent and listed, silence counts as absence, and at one address somebody answers',
  play: async (begin) => {
    const scenario = begin(3, { environment: { ...SHORT, ABSENCE_TIMEOUT_RECOVERY: '900' } });
    const { world, instances, pass, healthyWithin } = scenario;
    await healthyWithin(120_000);
    await pass(20_000);
    const survivor = primaryOf(scenario);
    const lost = instances.keys().filter((key) => key !== survivor);
    const [unclear = '', ...rest] = lost.map((key) => world.network.addressOf(key) ?? '');
    for (const key of lost) instances.lose(key);
    for (const address of rest) world.network.vacate(address);
    world.network.assignStranger(unclear);
    await pass(1_000_000);
    must(primaryOrNone(scenario) === null, 'it serves beside somebody who may be a member');
    must(
      ['majority-may-return', 'address-unverifiable'].includes(reasonOf(scenario, survivor)),
      `it waits for ${reasonOf(scenario, survivor)}`,
    );
    world.network.vacate(unclear);
    await until(scenario, () => primaryOrNone(scenario) === survivor, { withinMs: 960_000, everyMs: 1000 });
    for (const key of lost) instances.delist(key);
    for (let count = 0; count < 2; count += 1) instances.add();
    await healthyWithin(400_000);
  },
};

/** Who goes on when most of the nodes are gone. */
export const survivorSituations: readonly Situation[] = [
  lastOfFive,
  withoutEtcd,
  ofTwo,
  strangers,
  silenceIsEnough,
];
