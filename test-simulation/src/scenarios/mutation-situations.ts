import type { Scenario } from './scenario.ts';
import { isolate, primaryOf, reconnect, type Situation, viewOf } from './situation.ts';

const SHORT = { FENCE_AFTER: '60' };

/** The voters' nodes, etcd's leader first, the others in the order of their members' ids. */
function votersOf({ world, instances }: Scenario): readonly [string, string, string] {
  const idOf = (key: string) => world.containers.get(key)?.etcd()?.dataDir().memberId ?? '';
  const leads = (key: string) => {
    const local = world.containers.get(key)?.agent()?.loop.state().view?.localEtcd;
    return local?.ok === true && local.value.leaderId === local.value.memberId;
  };
  const voters = instances.running().filter((key) => idOf(key) !== '');
  const leader = voters.find(leads);
  const [first, second] = voters
    .filter((key) => key !== leader)
    .sort((left, right) => (idOf(left) < idOf(right) ? -1 : 1));
  if (leader === undefined || first === undefined || second === undefined) throw new Error('no three voters');
  return [leader, first, second];
}

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

/** Keeps what ends by itself from coming back for so long. */
async function holdDown({ pass }: Scenario, forMs: number, once: () => void): Promise<void> {
  for (let passedMs = 0; passedMs < forMs; passedMs += 300) {
    once();
    await pass(300);
  }
}

/** An agent that hangs beside an etcd that is well, and an etcd that is down beside an agent that is well. */
const hungAgent: Situation = {
  name: 'an agent hangs while the etcd of another voter is down',
  play: async (begin) => {
    const scenario = begin(3, { environment: SHORT });
    const { world, pass, healthyWithin } = scenario;
    await healthyWithin(120_000);
    await pass(20_000);
    const [, hung, down] = votersOf(scenario);
    await holdDown(scenario, 60_000, () => {
      world.containers.get(hung)?.crashAgent('for the test');
      world.containers.get(down)?.killProgram('etcd');
    });
    await healthyWithin(240_000);
  },
};

/** Two voters without the third one, which alone has what was written last: one of them lost its etcd, the other lags. */
const emptiedVoter: Situation = {
  name: 'an emptied voter meets one that lags, without the leader',
  play: async (begin) => {
    const scenario = begin(3, { environment: SHORT });
    const { world, instances, pass, healthyWithin } = scenario;
    await healthyWithin(120_000);
    const [leader, emptied, lags] = votersOf(scenario);
    isolate(scenario, [lags]);
    await pass(20_000);
    for (const key of [leader, emptied]) instances.stop(key);
    const volume = world.containers.get(emptied)?.volume;
    if (volume !== undefined) volume.content = { ...volume.content, etcd: null };
    reconnect(scenario);
    instances.start(emptied, 'kept');
    await pass(50_000);
    instances.start(leader, 'kept');
    await healthyWithin(300_000);
  },
};

/** The same with a backup in place of nothing: the one that lags has heard of a start which the backup does not know. */
const restoredVoter: Situation = {
  name: 'a voter that was put back meets one that lags, without the leader',
  play: async (begin) => {
    const scenario = begin(3, { environment: SHORT });
    const { instances, pass, healthyWithin } = scenario;
    await healthyWithin(120_000);
    const [leader, restored, lags] = votersOf(scenario);
    const content = instances.backup(restored);
    instances.stop(restored);
    instances.start(restored, 'kept');
    await pass(20_000);
    isolate(scenario, [lags]);
    await pass(20_000);
    for (const key of [leader, restored]) instances.stop(key);
    instances.restore(restored, content);
    reconnect(scenario);
    instances.start(restored, 'kept');
    await pass(50_000);
    instances.start(leader, 'kept');
    await healthyWithin(300_000);
  },
};

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
    await pass(15_000);
    for (const key of side) world.containers.get(key)?.crashAgent('for the test');
    await pass(60_000);
    reconnect(scenario);
    await healthyWithin(300_000);
  },
};

/** Those who replaced it are delisted later, and only the cut-off one is known to Flux. */
const replacedThenDelisted: Situation = {
  name: 'a voter that was replaced for its silence is listed, and its successors are not',
  play: async (begin) => {
    const scenario = begin(4, { environment: SHORT });
    const { world, instances, pass, healthyWithin } = scenario;
    await healthyWithin(180_000);
    const primary = primaryOf(scenario);
    const [cut = ''] = instances
      .keys()
      .filter((key) => key !== primary && world.containers.get(key)?.etcd() !== null);
    const rest = instances.keys().filter((key) => key !== cut);
    isolate(scenario, [cut]);
    await pass(180_000);
    for (const key of rest) instances.delist(key);
    await pass(240_000);
    for (const key of rest) instances.list(key);
    reconnect(scenario);
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

/** What only a deliberate mistake gets wrong. */
export const mutationSituations: readonly Situation[] = [
  hungAgent,
  emptiedVoter,
  restoredVoter,
  fourWitnesses,
  loneCandidate,
  emptyBesideWaiting,
  frozenAndRestarted,
  replacedThenDelisted,
  syncPairAway,
];
