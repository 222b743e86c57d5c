import type { Scenario } from './scenario.ts';
import { holdDown, isolate, reconnect, type Situation, until } from './situation.ts';

const SHORT = { FENCE_AFTER: '60' };

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

/** The start that the backup does not know had no quorum, so that only who heard its status remembers it. */
const restoredUnrecorded: Situation = {
  name: 'a voter that was put back started in between without a quorum, beside a node without a vote',
  play: async (begin) => {
    const scenario = begin(4, { environment: SHORT });
    const { instances, pass, healthyWithin } = scenario;
    await healthyWithin(180_000);
    const [leader, restored, lags] = await votersOf(scenario);
    isolate(scenario, [lags]);
    const content = instances.backup(restored);
    await pass(20_000);
    instances.stop(leader);
    instances.stop(restored);
    instances.start(restored, 'kept');
    await pass(20_000);
    instances.stop(restored);
    instances.restore(restored, content);
    reconnect(scenario);
    instances.start(restored, 'kept');
    await pass(50_000);
    instances.start(leader, 'kept');
    await healthyWithin(400_000);
  },
};

/** Voters that lost what they had acknowledged, or of which only a part is well. */
export const voterSituations: readonly Situation[] = [
  hungAgent,
  emptiedVoter,
  restoredVoter,
  restoredUnrecorded,
];
