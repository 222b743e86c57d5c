import type { Scenario } from './scenario.ts';
import { isolate, must, primaryOf, reconnect, type Situation, stateOf, until, viewOf } from './situation.ts';

const SHORT = { FENCE_AFTER: '60' };

/** The node that Patroni's key `/sync` names as the synchronous standby. */
function syncStandbyOf(scenario: Scenario, primary: string): string {
  const { etcd } = viewOf(scenario, primary);
  const sync = (etcd.ok ? etcd.value.patroni.sync : null) ?? '';
  const named = scenario.instances.keys().find((key) => {
    const nodeId = scenario.world.containers.get(key)?.volume.content.state?.nodeId;
    return key !== primary && nodeId !== undefined && sync.includes(nodeId);
  });
  if (named === undefined) throw new Error(`/sync names no standby: ${sync}`);
  return named;
}

/** Four of nine witnesses answer somebody who is cut off, and know of nobody else; all nine list the others. */
const fourWitnesses: Situation = {
  name: 'a cut-off node has the answers of four wrong witnesses',
  play: async (begin) => {
    const scenario = begin(3, { environment: SHORT });
    const { world, instances, pass, healthyWithin } = scenario;
    await healthyWithin(120_000);
    const [first = ''] = instances.keys();
    isolate(scenario, [first]);
    world.flux.setMood('all', first, { kind: 'failing' });
    // Half of three, in the order of registration, is the first one.
    for (const witness of [0, 1, 2, 3, 4]) world.flux.setMood(witness, first, { kind: 'halved' });
    await pass(240_000);
    world.flux.calm();
    reconnect(scenario);
    await healthyWithin(300_000);
  },
};

/** One of three lists all, and has no answer from the others until it stops waiting for them. */
const loneCandidate: Situation = {
  name: 'the candidate is cut off from two empty nodes that it lists',
  play: async (begin) => {
    const scenario = begin(3, { environment: SHORT });
    const { instances, pass, healthyWithin } = scenario;
    const [first = ''] = instances.keys();
    isolate(scenario, [first]);
    await pass(180_000);
    reconnect(scenario);
    await healthyWithin(300_000);
  },
};

/** Nobody leads while the last primary is waited for, and somebody without a copy is there. */
const emptyBesideWaiting: Situation = {
  name: 'an empty node comes while a cold start waits for the last primary',
  play: async (begin) => {
    const scenario = begin(3, { environment: SHORT });
    const { instances, pass, healthyWithin } = scenario;
    await healthyWithin(120_000);
    const primary = primaryOf(scenario);
    const others = instances.keys().filter((key) => key !== primary);
    for (const key of instances.keys()) instances.stop(key);
    await pass(2000);
    for (const key of others) instances.start(key, 'kept');
    instances.add();
    await pass(150_000);
    instances.start(primary, 'kept');
    await healthyWithin(400_000);
  },
};

/** Whoever cannot write a promise down has made none, and so nothing has stopped on it yet. */
const fullBesideSeeder: Situation = {
  name: 'all etcd data is lost, and the volumes beside the seeder take no writes for a while',
  play: async (begin) => {
    const scenario = begin(3, { environment: SHORT });
    const { world, instances, pass, healthyWithin } = scenario;
    await healthyWithin(120_000);
    for (const key of instances.keys()) {
      const container = world.containers.get(key);
      container?.killProgram('etcd');
      if (container !== undefined) container.volume.content = { ...container.volume.content, etcd: null };
    }
    const hasPromised = (key: string) => stateOf(scenario, key).intent !== null;
    await until(scenario, () => instances.keys().some(hasPromised), { withinMs: 240_000, everyMs: 10 });
    const others = instances.keys().filter((key) => !hasPromised(key));
    must(others.length === 2, 'somebody has followed already');
    const fill = (full: boolean) => {
      for (const { volume, key } of world.containers.values()) if (others.includes(key)) volume.full = full;
    };
    fill(true);
    await pass(30_000);
    fill(false);
    await healthyWithin(400_000);
  },
};

/** Only the primary and its synchronous standby have the last rows, and both are away for longer than anybody waits. */
const syncPairAway: Situation = {
  name: 'the primary and its synchronous standby are away for longer than a cold start waits',
  play: async (begin) => {
    const scenario = begin(5, { environment: { ...SHORT, SYNCHRONOUS_MODE: 'on' } });
    const { instances, pass, healthyWithin } = scenario;
    await healthyWithin(240_000);
    const primary = primaryOf(scenario);
    const pair = [primary, syncStandbyOf(scenario, primary)];
    isolate(scenario, pair);
    await pass(7000);
    for (const key of pair) instances.stop(key);
    reconnect(scenario);
    await pass(420_000);
    for (const key of pair) instances.start(key, 'kept');
    await healthyWithin(400_000);
  },
};

/** What only a deliberate mistake gets wrong, and no other file is about. */
export const mutationSituations: readonly Situation[] = [
  fourWitnesses,
  loneCandidate,
  emptyBesideWaiting,
  fullBesideSeeder,
  syncPairAway,
];
