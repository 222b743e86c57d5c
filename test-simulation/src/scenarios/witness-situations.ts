import { witnessAddress } from '../flux/flux-world.ts';
import type { Scenario } from './scenario.ts';
import {
  isolate,
  must,
  primaryOf,
  primaryOrNone,
  reasonOf,
  reconnect,
  type Situation,
  stateOf,
  until,
} from './situation.ts';

const SHORT = { FENCE_AFTER: '60' };

/** The witnesses that the node goes by. */
function knownAt({ world }: Scenario, key: string): readonly string[] {
  return world.containers.get(key)?.volume.content.mirror?.witnesses ?? [];
}

/** Waits until everybody goes by nine witnesses, none of these among them. */
async function untilNine(scenario: Scenario, without: readonly string[], withinMs: number): Promise<void> {
  const isAgreed = (key: string) => {
    const known = knownAt(scenario, key);
    return known.length === 9 && without.every((witness) => !known.includes(witness));
  };
  await until(scenario, () => scenario.instances.running().every(isAgreed), { withinMs, everyMs: 500 });
}

/** Agents that start look at the node list, which those that run do every six hours. */
function restartAgents({ world, instances }: Scenario): void {
  for (const key of instances.running()) world.containers.get(key)?.crashAgent('for the test');
}

/** Two majorities of what is agreed on have a witness in common, also where one side knows the set of before. */
const witnessesLeave: Situation = {
  name: 'two of the agreed witnesses leave the network at once, and then two of three nodes do',
  play: async (begin) => {
    const scenario = begin(3, { environment: SHORT, agreesOnWitnesses: true, witnessCount: 14 });
    const { world, instances, pass, healthyWithin } = scenario;
    await healthyWithin(120_000);
    await untilNine(scenario, [], 60_000);
    const primary = primaryOf(scenario);
    const before = knownAt(scenario, primary);
    const leaving = before.slice(0, 2);
    for (let source = 1; source <= 14; source += 1) {
      if (leaving.includes(witnessAddress(source))) world.flux.leave(source);
    }
    restartAgents(scenario);
    let last = before;
    for (let passedMs = 0; passedMs < 60_000; passedMs += 500) {
      await pass(500);
      const next = knownAt(scenario, primary);
      const lost = last.filter((witness) => !next.includes(witness));
      must(lost.length <= 1 && next.length === 9, `replaced at once: ${lost.join(', ')}`);
      last = next;
    }
    await untilNine(scenario, leaving, 5000);
    must(
      before.filter((witness) => last.includes(witness)).length === 7,
      'a witness was replaced for nothing',
    );
    for (const key of instances.keys().filter((other) => other !== primary)) {
      instances.lose(key);
      instances.delist(key);
    }
    await until(scenario, () => primaryOrNone(scenario) === primary, { withinMs: 30_000, everyMs: 1000 });
    await until(scenario, () => primaryOrNone(scenario) === null, { withinMs: 60_000, everyMs: 1000 });
    await until(scenario, () => primaryOrNone(scenario) === primary, { withinMs: 160_000, everyMs: 1000 });
    for (let count = 0; count < 2; count += 1) instances.add();
    await healthyWithin(300_000);
    must(stateOf(scenario, primary).cluster?.epoch === 2, 'nobody recovered');
    must(knownAt(scenario, primary).join() === last.join(), 'the recovery has forgotten the witnesses');
  },
};

/** Nobody's absence can be told, so nobody is given up, and nobody has to stop. */
const noWitnesses: Situation = {
  name: 'nobody can choose witnesses, and two of three nodes are delisted and away',
  play: async (begin) => {
    const scenario = begin(3, { environment: SHORT, agreesOnWitnesses: true, witnessCount: 12 });
    const { world, instances, pass, healthyWithin } = scenario;
    world.flux.setMood(0, 'all', { kind: 'failing' });
    await healthyWithin(180_000);
    await pass(30_000);
    must(knownAt(scenario, primaryOf(scenario)).length === 0, 'there are witnesses');
    const [left = '', ...away] = instances.keys();
    isolate(scenario, [left]);
    for (const key of away) instances.stop(key);
    for (const key of away) instances.delist(key);
    await pass(400_000);
    must(stateOf(scenario, left).stale === null, 'it has fenced itself by nobody’s word');
    must(primaryOrNone(scenario) === null, 'it has recovered by nobody’s word');
    must(reasonOf(scenario, left) === 'majority-may-return', `it waits for ${reasonOf(scenario, left)}`);
    reconnect(scenario);
    for (const key of away) instances.start(key, 'kept');
    for (const key of away) instances.list(key);
    await healthyWithin(300_000);
    must(stateOf(scenario, left).cluster?.epoch === 1, 'somebody has recovered');
    world.flux.calm();
    await untilNine(scenario, [], 60_000);
    await healthyWithin(60_000);
  },
};

/** Who says which nodes exist. */
export const witnessSituations: readonly Situation[] = [witnessesLeave, noWitnesses];
