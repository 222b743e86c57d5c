import type { Scenario } from './scenario.ts';
import { isolate, must, reconnect, type Situation, stateOf, until } from './situation.ts';

const SHORT = { FENCE_AFTER: '60' };

/** Two candidates that do not know each other, and one node that both of them need. */
const forgetfulJoiner: Situation = {
  name: 'a joiner restarts while its proposer seals, and meets another candidate',
  play: async (begin) => {
    const scenario = begin(0, { expectedNodes: 3, environment: SHORT });
    const { world, instances, pass, healthyWithin } = scenario;
    const [first, second, third] = [instances.add(), instances.add(), instances.add()];
    const address = (key: string) => world.network.addressOf(key) ?? '';
    world.flux.setMood('all', first, { kind: 'lying', without: [address(second)] });
    world.flux.setMood('all', second, { kind: 'lying', without: [address(first)] });
    isolate(scenario, [first]);
    for (const [from, to] of [
      [first, third],
      [third, first],
    ] as const)
      world.network.heal(from, to);
    const cluster = (key: string) => world.containers.get(key)?.volume.content.state?.cluster ?? null;
    await until(scenario, () => cluster(first) !== null, { withinMs: 120_000 });
    isolate(scenario, [first]);
    world.flux.setMood('all', third, { kind: 'lying', without: [address(first)] });
    instances.stop(third);
    instances.start(third, 'kept');
    await pass(60_000);
    world.flux.calm();
    reconnect(scenario);
    await healthyWithin(400_000);
  },
};

/** F11 */
const lateHolder: Situation = {
  name: 'the only holder of the data is listed and answers last',
  play: async (begin) => {
    const scenario = begin(3, { environment: SHORT });
    const { instances, pass, healthyWithin } = scenario;
    await healthyWithin(120_000);
    // A younger instance is waited for until the formation timeout only.
    await pass(11 * 60_000);
    const [holder = '', ...others] = instances.keys();
    instances.stop(holder);
    for (const key of others) instances.start(key, 'emptied');
    await pass(150_000);
    instances.start(holder, 'kept');
    await healthyWithin(400_000);
  },
};

/** F4: each sees only itself, then all. */
const blindStart: Situation = {
  name: 'each sees only itself at first',
  play: async (begin) => {
    const scenario = begin(3, { environment: SHORT });
    const { world, instances, pass, healthyWithin } = scenario;
    for (const key of instances.keys()) isolate(scenario, [key]);
    for (const key of instances.keys()) {
      const [other = ''] = instances.keys().filter((candidate) => candidate !== key);
      world.flux.setMood('all', key, { kind: 'lying', without: [world.network.addressOf(other) ?? ''] });
    }
    await pass(150_000);
    world.flux.calm();
    reconnect(scenario);
    await healthyWithin(240_000);
  },
};

/** F15 */
const lostFounder: Situation = {
  name: 'the founder is lost right after the sealing',
  play: async (begin) => {
    const scenario = begin(3, { environment: SHORT });
    const { world, instances, healthyWithin } = scenario;
    const sealed = () =>
      world.volumes.find(({ content }) => content.state?.cluster !== null && content.state !== null);
    await until(scenario, () => sealed() !== undefined, { withinMs: 120_000 });
    const [key = ''] = (sealed()?.key ?? '').split('/');
    instances.lose(key);
    instances.delist(key);
    instances.add();
    await healthyWithin(600_000);
  },
};

function isBound({ world }: Scenario, key: string, kind: 'joined' | 'resuming'): boolean {
  return world.containers.get(key)?.volume.content.state?.founding.kind === kind;
}

/** The candidate is away from the first join on, and when it is back another one has a lower address. */
const lowerCandidate: Situation = {
  name: 'a proposer that was away finds a lower candidate, and takes its proposal back',
  play: async (begin) => {
    const scenario = begin(0, { expectedNodes: 5, environment: SHORT });
    const { instances, pass, healthyWithin } = scenario;
    const lowest = instances.add({ listed: false });
    instances.stop(lowest);
    const proposer = instances.add();
    const others = [instances.add(), instances.add(), instances.add()];
    const joined = () => others.some((key) => isBound(scenario, key, 'joined'));
    await until(scenario, joined, { withinMs: 120_000, everyMs: 1 });
    instances.stop(proposer);
    must(stateOf(scenario, proposer).cluster === null, 'it has sealed already');
    const { founding } = stateOf(scenario, proposer);
    instances.start(lowest, 'kept');
    instances.list(lowest);
    await pass(40_000);
    must(
      others.every((key) => stateOf(scenario, key).cluster === null),
      'something was founded beside a proposal that may be sealed',
    );
    instances.start(proposer, 'kept');
    await healthyWithin(240_000);
    const { cluster, withdrawn } = stateOf(scenario, proposer);
    must(founding.kind === 'proposed' && withdrawn.includes(founding.clusterId), 'it never took it back');
    must(cluster?.sealedBy?.nodeId === stateOf(scenario, lowest).nodeId, 'the lowest did not found');
  },
};

/** F16, except that the proposer is not lost after all: whoever goes on in its place lets it be. */
const proposerReturns: Situation = {
  name: 'a proposer comes back while the others finish its founding',
  play: async (begin) => {
    const scenario = begin(4, { environment: SHORT });
    const { world, instances, pass, healthyWithin } = scenario;
    const joined = () => instances.keys().find((key) => isBound(scenario, key, 'joined'));
    await until(scenario, () => joined() !== undefined, { withinMs: 120_000, everyMs: 1 });
    const { founding } = stateOf(scenario, joined() ?? '');
    const proposer = instances
      .keys()
      .find((key) => founding.kind === 'joined' && stateOf(scenario, key).nodeId === founding.proposerNodeId);
    must(proposer !== undefined, 'nobody has proposed what was joined');
    const key = proposer ?? '';
    instances.stop(key);
    instances.delist(key);
    must(stateOf(scenario, key).cluster === null, 'it has sealed already');
    const others = instances.keys().filter((other) => other !== key);
    const resuming = () => others.find((other) => isBound(scenario, other, 'resuming'));
    await until(scenario, () => resuming() !== undefined, { withinMs: 240_000, everyMs: 1 });
    const intent = stateOf(scenario, resuming() ?? '').founding;
    // Without its promise nobody seals. Only the seeder may take the intent back.
    const [silent = ''] = others.filter((other) => {
      const isSeeder = intent.kind === 'resuming' && stateOf(scenario, other).nodeId === intent.seederNodeId;
      return !isSeeder && !isBound(scenario, other, 'resuming');
    });
    world.containers.get(silent)?.pause();
    await pass(5000);
    must(
      others.every((other) => stateOf(scenario, other).cluster === null),
      'it was sealed without everybody',
    );
    instances.start(key, 'kept');
    instances.list(key);
    await pass(15_000);
    must(
      others.filter((other) => other !== silent).every((other) => !isBound(scenario, other, 'resuming')),
      'somebody still holds the intent although the proposer is back',
    );
    world.containers.get(silent)?.resume();
    await healthyWithin(240_000);
    must(stateOf(scenario, key).cluster?.epoch === 1, 'the founding went on under another seeder');
  },
};

/** Founding, and what must not be founded. */
export const foundingSituations: readonly Situation[] = [
  forgetfulJoiner,
  lateHolder,
  blindStart,
  lostFounder,
  lowerCandidate,
  proposerReturns,
];
