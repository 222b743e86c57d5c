import type { Scenario } from './scenario.ts';
import {
  isolate,
  must,
  primaryOf,
  primaryOrNone,
  reasonOf,
  reconnect,
  type Situation,
  until,
} from './situation.ts';

const SHORT = { FENCE_AFTER: '60' };

function clusterOf({ world }: Scenario, key: string): string | null {
  return world.containers.get(key)?.volume.content.state?.cluster?.id ?? null;
}

/** The clusters that any of the nodes belongs to. */
function clusters(scenario: Scenario): readonly string[] {
  return [...new Set(scenario.instances.keys().flatMap((key) => clusterOf(scenario, key) ?? []))];
}

/** F6 */
const alone: Situation = {
  name: 'one of three instances exists, and the others come minutes later',
  play: async (begin) => {
    const scenario = begin(0, { expectedNodes: 3, environment: SHORT });
    const { instances, pass, healthyWithin } = scenario;
    const first = instances.add();
    await pass(58_000);
    must(clusterOf(scenario, first) === null, 'it has not waited for a majority');
    await until(scenario, () => primaryOrNone(scenario) === first, { withinMs: 120_000, everyMs: 500 });
    await pass(60_000);
    for (let count = 0; count < 2; count += 1) instances.add();
    await healthyWithin(240_000);
    must(clusters(scenario).length === 1, 'there are two clusters');
  },
};

/** F12 */
const grownUnseen: Situation = {
  name: 'an app of one instance grows to three while the first one cannot be reached',
  play: async (begin) => {
    const scenario = begin(1, { environment: SHORT });
    const { world, instances, pass, healthyWithin } = scenario;
    const [first = ''] = instances.keys();
    await healthyWithin(180_000);
    // What is younger than that is waited for until the formation timeout only.
    await pass(11 * 60_000);
    world.flux.setExpectedNodes(3);
    const others = [instances.add(), instances.add()];
    isolate(scenario, [first]);
    await pass(240_000);
    for (const key of others) {
      must(clusterOf(scenario, key) === null, 'a second database was founded');
      must(reasonOf(scenario, key) === 'peer-silent', `${key} waits for ${reasonOf(scenario, key)}`);
    }
    must(primaryOf(scenario) === first, 'the first one does not serve on');
    reconnect(scenario);
    await healthyWithin(240_000);
    must(clusters(scenario).length === 1, 'there are two clusters');
  },
};

/** F13: who knows the new number does not join a proposal of the old one, and who knows none is bound by what he joined. */
const grownWhileFounding: Situation = {
  name: 'the number of instances grows while they found, and not everybody is told',
  play: async (begin) => {
    const scenario = begin(0, { expectedNodes: 3, environment: SHORT });
    const { world, instances, pass, healthyWithin } = scenario;
    const first = [instances.add(), instances.add(), instances.add()];
    const foundingOf = (key: string) => world.containers.get(key)?.volume.content.state?.founding.kind;
    const proposed = () => first.some((key) => foundingOf(key) === 'proposed');
    await until(scenario, proposed, { withinMs: 120_000, everyMs: 1 });
    const [uninformed = ''] = first.filter((key) => foundingOf(key) !== 'proposed');
    // Nothing is sealed before it has answered, so that the others learn of the new number first.
    isolate(scenario, [uninformed]);
    world.flux.setExpectedNodes(5);
    const later = [instances.add(), instances.add()];
    isolate(scenario, [uninformed]);
    for (const key of [uninformed, later[0] ?? '']) world.flux.hideSpecification(key);
    await pass(25_000);
    must(clusters(scenario).length === 0, 'something was founded beside an instance that did not answer');
    reconnect(scenario);
    await healthyWithin(300_000);
    must(clusters(scenario).length === 1, 'there are two clusters');
    must(
      instances.keys().every((key) => clusterOf(scenario, key) !== null),
      'somebody is left out',
    );
  },
};

/** Lets each half see itself only. */
function splitViews(
  { world }: Scenario,
  [left, right]: readonly [readonly string[], readonly string[]],
): void {
  const addresses = (keys: readonly string[]) => keys.flatMap((key) => world.network.addressOf(key) ?? []);
  for (const key of left) world.flux.setMood('all', key, { kind: 'lying', without: addresses(right) });
  for (const key of right) world.flux.setMood('all', key, { kind: 'lying', without: addresses(left) });
}

/** F14 */
const halves: Situation = {
  name: 'four nodes see two halves of their listing, and then all of it',
  play: async (begin) => {
    const scenario = begin(4, { environment: SHORT });
    const { world, instances, pass, healthyWithin } = scenario;
    const keys = instances.keys();
    splitViews(scenario, [keys.slice(0, 2), keys.slice(2)]);
    isolate(scenario, keys.slice(0, 2));
    await pass(45_000);
    must(clusters(scenario).length === 0, 'half of them have founded');
    world.flux.calm();
    reconnect(scenario);
    await healthyWithin(240_000);
    must(clusters(scenario).length === 1, 'there are two clusters');
  },
};

/** How many instances there are, and how many there are to be. */
export const sizeSituations: readonly Situation[] = [alone, grownUnseen, grownWhileFounding, halves];
