import type { Scenario } from './scenario.ts';
import {
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

/** The voters' nodes, etcd's leader first, the others in the order of their members' ids. */
function votersNow({ world, instances }: Scenario): readonly [string, string, string] | null {
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
  return leader === undefined || first === undefined || second === undefined ? null : [leader, first, second];
}

/** Waits out a moment in which etcd's leadership moves. */
async function votersOf(scenario: Scenario): Promise<readonly [string, string, string]> {
  await until(scenario, () => votersNow(scenario) !== null, { withinMs: 30_000 });
  const voters = votersNow(scenario);
  if (voters === null) throw new Error('no three voters');
  return voters;
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

/** Shorter than anything takes that comes back. */
const HOLD_STEP_MS = 50;

/** Keeps what ends by itself from coming back for so long. */
async function holdDown({ pass }: Scenario, forMs: number, once: () => void): Promise<void> {
  for (let passedMs = 0; passedMs < forMs; passedMs += HOLD_STEP_MS) {
    once();
    await pass(HOLD_STEP_MS);
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
    const [, hung, down] = await votersOf(scenario);
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
    const [leader, emptied, lags] = await votersOf(scenario);
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
    const [leader, restored, lags] = await votersOf(scenario);
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
  replacedThenSucceeded,
  furtherAlone,
  fencedInTurn,
  fullBesideSeeder,
  syncPairAway,
];
