import { isolate, must, reconnect, type Situation } from './situation.ts';

const SHORT = { FENCE_AFTER: '60' };

/** Lets time pass until it is so. */
async function until(
  pass: (ms: number) => Promise<void>,
  holds: () => boolean,
  withinMs: number,
): Promise<void> {
  for (let passedMs = 0; !holds(); passedMs += 50) {
    must(passedMs < withinMs, 'it never came to that');
    await pass(50);
  }
}

/** Two candidates that do not know each other, and one node that both of them need. */
const forgetfulJoiner: Situation = {
  name: 'a joiner restarts while its proposer seals, and meets another candidate',
  play: async (begin) => {
    const scenario = begin(0, { expectedNodes: 3, environment: SHORT });
    const { world, instances, pass, healthyWithin } = scenario;
    const [first, second, third] = [instances.add(), instances.add(), instances.add()];
    const address = (key: string) => world.network.addressOf(key) ?? '';
    world.flux.setMood('all', first, { kind: 'lying', without: address(second) });
    world.flux.setMood('all', second, { kind: 'lying', without: address(first) });
    isolate(scenario, [first]);
    for (const [from, to] of [
      [first, third],
      [third, first],
    ] as const)
      world.network.heal(from, to);
    const cluster = (key: string) => world.containers.get(key)?.volume.content.state?.cluster ?? null;
    await until(pass, () => cluster(first) !== null, 120_000);
    isolate(scenario, [first]);
    world.flux.setMood('all', third, { kind: 'lying', without: address(first) });
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
      world.flux.setMood('all', key, { kind: 'lying', without: world.network.addressOf(other) ?? '' });
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
    const { world, instances, pass, healthyWithin } = scenario;
    const sealed = () =>
      world.volumes.find(({ content }) => content.state?.cluster !== null && content.state !== null);
    await until(pass, () => sealed() !== undefined, 120_000);
    const [key = ''] = (sealed()?.key ?? '').split('/');
    instances.lose(key);
    instances.delist(key);
    instances.add();
    await healthyWithin(600_000);
  },
};

/** Founding, and what must not be founded. */
export const foundingSituations: readonly Situation[] = [
  forgetfulJoiner,
  lateHolder,
  blindStart,
  lostFounder,
];
