import type { Scenario } from './scenario.ts';
import {
  must,
  primaryOf,
  primaryOrNone,
  reasonOf,
  type Situation,
  stateOf,
  until,
  viewOf,
} from './situation.ts';

const SHORT = { FENCE_AFTER: '60' };

type Order = Parameters<
  NonNullable<ReturnType<NonNullable<ReturnType<Scenario['world']['containers']['get']>>['agent']>>['give']
>[0];

function give({ world }: Scenario, key: string, order: Order): void {
  const agent = world.containers.get(key)?.agent() ?? null;
  if (agent === null) throw new Error(`no agent runs on ${key}`);
  agent.give(order);
}

/** Q3 in the safe mode: silent and listed nodes are given up by a person only, and whoever answers again is not gone. */
const declaredGone: Situation = {
  name: 'a person declares two silent and listed nodes gone, and one of them comes back',
  play: async (begin) => {
    const scenario = begin(3, { environment: SHORT });
    const { instances, pass, healthyWithin } = scenario;
    await healthyWithin(120_000);
    const [survivor = '', returning = '', lost = ''] = instances.keys();
    instances.stop(returning);
    instances.lose(lost);
    await pass(300_000);
    must(primaryOrNone(scenario) === null, 'it serves beside two nodes that may live');
    must(
      reasonOf(scenario, survivor) === 'majority-may-return',
      `it waits for ${reasonOf(scenario, survivor)}`,
    );
    const nodeIds = [returning, lost].map((key) => stateOf(scenario, key).nodeId);
    give(scenario, survivor, { kind: 'declare-gone', nodeIds });
    await until(scenario, () => primaryOrNone(scenario) === survivor, { withinMs: 60_000, everyMs: 1000 });
    instances.start(returning, 'kept');
    await pass(30_000);
    const { declaredGone: left } = stateOf(scenario, survivor);
    must(!left.includes(nodeIds[0] ?? ''), 'a node that answers still counts as gone');
    instances.delist(lost);
    instances.add();
    await healthyWithin(300_000);
  },
};

/** An instance that could hold all the data is gone, and only a person can know. */
const permittedFounding: Situation = {
  name: 'a person permits to found without a silent instance that is older than all others',
  play: async (begin) => {
    const scenario = begin(3, { environment: SHORT });
    const { world, instances, pass, healthyWithin } = scenario;
    await healthyWithin(120_000);
    await pass(11 * 60_000);
    const [holder = '', ...others] = instances.keys();
    const address = world.network.addressOf(holder) ?? '';
    instances.lose(holder);
    for (const key of others) instances.start(key, 'emptied');
    await pass(300_000);
    for (const key of others) {
      must(
        stateOf(scenario, key).cluster === null,
        'something was founded beside an instance that may hold data',
      );
      must(reasonOf(scenario, key) === 'peer-silent', `${key} waits for ${reasonOf(scenario, key)}`);
    }
    for (const key of others) give(scenario, key, { kind: 'permit-founding', addresses: [address] });
    await healthyWithin(200_000);
    instances.delist(holder);
    instances.add();
    await healthyWithin(300_000);
    const permitted = others.flatMap((key) => stateOf(scenario, key).permittedAddresses);
    must(
      others.every((key) => !stateOf(scenario, key).permitsNewData),
      `the permission is left, for ${permitted}`,
    );
  },
};

/** F15 at its worst: there were rows, and no copy is left anywhere. */
const lostData: Situation = {
  name: "every copy is lost with a user's data in it, and a person permits a new beginning",
  play: async (begin) => {
    const scenario = begin(3, { environment: SHORT });
    const { world, instances, pass, healthyWithin } = scenario;
    await healthyWithin(120_000);
    await pass(30_000);
    for (const key of instances.keys()) instances.stop(key);
    for (const volume of world.volumes) volume.content = { ...volume.content, pgdata: null };
    await pass(2000);
    for (const key of instances.keys()) instances.start(key, 'kept');
    await pass(200_000);
    for (const key of instances.keys()) {
      must(reasonOf(scenario, key) === 'data_lost', `${key} waits for ${reasonOf(scenario, key)}`);
      must(world.containers.get(key)?.volume.content.pgdata === null, 'something was initialised unasked');
    }
    const [told = ''] = instances.keys();
    give(scenario, told, { kind: 'permit-founding', addresses: [] });
    await healthyWithin(300_000);
    must(!stateOf(scenario, told).permitsNewData, 'the permission holds for a second loss');
    const { etcd } = viewOf(scenario, told);
    must(etcd.ok && etcd.value.userData !== null, 'nobody has looked for user data again');
  },
};

/** Q12: what cannot be read may hold rows that nobody else has, so it is a person who gives it up, and even then it is kept. */
const unreadableCopy: Situation = {
  name: 'a copy cannot be read any more, and a person gives it up',
  play: async (begin) => {
    const scenario = begin(3, { environment: SHORT });
    const { world, instances, pass, healthyWithin } = scenario;
    await healthyWithin(120_000);
    await pass(20_000);
    const primary = primaryOf(scenario);
    const [damaged = '', other = ''] = instances.keys().filter((key) => key !== primary);
    instances.stop(damaged);
    const volume = world.containers.get(damaged)?.volume;
    if (volume === undefined) throw new Error(`${damaged} has no volume`);
    volume.content = { ...volume.content, damage: 'its control file is damaged' };
    const { pgdata: before } = volume.content;
    instances.start(damaged, 'kept');
    await pass(200_000);
    const reason = reasonOf(scenario, damaged);
    must(reason === 'postgres-data-unreadable', `it waits for ${reason}`);
    // Said of another leader than the one that leads: it means nothing now, nor later.
    const order = (key: string): Order => {
      return { kind: 'give-up-copy', leader: stateOf(scenario, key).nodeId, timeline: 1 };
    };
    give(scenario, damaged, order(other));
    await until(scenario, () => stateOf(scenario, damaged).recloneOrder !== null, {
      withinMs: 10_000,
      everyMs: 1,
    });
    await until(scenario, () => stateOf(scenario, damaged).recloneOrder === null, { withinMs: 30_000 });
    must(volume.content.pgdata === before, 'a copy was given up to somebody who does not lead');
    give(scenario, damaged, order(primary));
    await until(scenario, () => volume.content.pgdata !== before, { withinMs: 60_000 });
    await healthyWithin(240_000);
    // The word ends once the new copy has followed for a while, so that it is not held against that one.
    await until(scenario, () => stateOf(scenario, damaged).recloneOrder === null, { withinMs: 60_000 });
    must(
      volume.content.quarantine.some(({ pgdata }) => pgdata === before),
      'what could not be read was thrown away',
    );
  },
};

/** What only a person can know. */
export const operatorSituations: readonly Situation[] = [
  declaredGone,
  permittedFounding,
  lostData,
  unreadableCopy,
];
