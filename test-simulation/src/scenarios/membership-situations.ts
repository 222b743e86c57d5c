import { parseMemberName, peerHost } from '@flux-pg/etcd-membership';
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
  viewOf,
  votersOf,
} from './situation.ts';

const SHORT = { FENCE_AFTER: '60' };

/** M7: first the primary, then everybody, while all reach each other. */
const delistedInContact: Situation = {
  name: 'a live node is delisted while in contact, then all of them are',
  play: async (begin) => {
    const scenario = begin(3, { environment: SHORT });
    const { world, instances, pass, healthyWithin } = scenario;
    await healthyWithin(120_000);
    const primary = primaryOf(scenario);
    instances.delist(primary);
    await pass(120_000);
    must(primaryOf(scenario) !== primary, 'the delisted node still leads');
    must(world.containers.get(primary)?.runs('patroni') === true, 'the delisted node does not serve on');
    for (const key of instances.keys()) {
      instances.delist(key);
      await pass(60_000);
    }
    await pass(200_000);
    must(primaryOf(scenario) !== '', 'nobody serves');
    must(
      instances.keys().every((key) => world.containers.get(key)?.runs('patroni') === true),
      'somebody has fenced itself although all are in contact',
    );
    for (const key of instances.keys()) instances.list(key);
    await healthyWithin(200_000);
  },
};

/** M5: both come up at the other's address, with their registrations of before still in etcd. */
const swappedWhileDown: Situation = {
  name: 'two nodes swap their addresses while they are down',
  play: async (begin) => {
    const scenario = begin(3, { environment: SHORT });
    const { instances, pass, healthyWithin } = scenario;
    await healthyWithin(120_000);
    const [left = '', right = ''] = instances.keys();
    const before = [stateOf(scenario, left).nodeId, stateOf(scenario, right).nodeId];
    for (const key of [left, right]) instances.stop(key);
    instances.swap(left, right);
    await pass(2000);
    for (const key of [left, right]) instances.start(key, 'kept');
    await healthyWithin(240_000);
    const after = [stateOf(scenario, left).nodeId, stateOf(scenario, right).nodeId];
    must(before.join() === after.join(), 'an address was taken for an identity');
  },
};

/** M3 */
const lostJoiner: Situation = {
  name: 'a joiner is lost between its admission and its vote, and stays listed',
  play: async (begin) => {
    const scenario = begin(3, { environment: SHORT });
    const { instances, pass, healthyWithin } = scenario;
    await healthyWithin(120_000);
    const [first = '', , third = ''] = instances.keys();
    instances.lose(third);
    instances.delist(third);
    const joiner = instances.add();
    const hasLearner = () => {
      const { etcd } = viewOf(scenario, first);
      return etcd.ok && etcd.value.members.some(({ isLearner }) => isLearner);
    };
    await until(scenario, hasLearner, { withinMs: 240_000 });
    instances.lose(joiner);
    await pass(330_000);
    must(!hasLearner(), 'the learner that never came is still in the list');
    instances.add();
    await pass(60_000);
    must(votersOf(scenario, first).length === 3, 'the next joiner was not admitted');
    instances.delist(joiner);
    await healthyWithin(240_000);
  },
};

/** Whether etcd still says that the node had a vote and lost it by silence; null where the node cannot read etcd now. */
function hasFormer(scenario: Scenario, key: string, nodeId: string): boolean | null {
  const { etcd } = viewOf(scenario, key);
  return etcd.ok ? etcd.value.formerVoters.includes(nodeId) : null;
}

/** A8: no listing tells that the node is dead. */
const silentReplaced: Situation = {
  name: 'a dead node stays listed while another one waits for its place',
  play: async (begin) => {
    const scenario = begin(3, { environment: SHORT });
    const { instances, pass, healthyWithin } = scenario;
    await healthyWithin(120_000);
    const primary = primaryOf(scenario);
    const [dead = ''] = instances.keys().filter((key) => key !== primary);
    instances.lose(dead);
    const waiting = instances.add();
    await pass(150_000);
    must(votersOf(scenario, primary).includes(stateOf(scenario, waiting).nodeId), 'it has no vote yet');
    must(primaryOf(scenario) === primary, 'the primary did not serve throughout');
    const { nodeId } = stateOf(scenario, dead);
    must(hasFormer(scenario, primary, nodeId) === true, 'nobody would fence on account of the former voter');
    instances.delist(dead);
    await healthyWithin(300_000);
    await until(scenario, () => hasFormer(scenario, primary, nodeId) === false, { withinMs: 120_000 });
  },
};

/** Q21: it is cut off and listed, and has lost its place by the time that it is back. */
const replacedWhileCutOff: Situation = {
  name: 'a node that is cut off and listed is replaced, and comes back',
  play: async (begin) => {
    const scenario = begin(3, { environment: SHORT });
    const { world, instances, pass, healthyWithin } = scenario;
    await healthyWithin(120_000);
    const primary = primaryOf(scenario);
    const [away = ''] = instances.keys().filter((key) => key !== primary);
    instances.add();
    await pass(30_000);
    isolate(scenario, [away]);
    await pass(240_000);
    const { nodeId } = stateOf(scenario, away);
    must(!votersOf(scenario, primary).includes(nodeId), 'it still has its vote');
    must(world.containers.get(away)?.patroni()?.database()?.writable !== true, 'it leads alone');
    must(stateOf(scenario, away).cluster?.epoch === 1, 'it recovered alone');
    reconnect(scenario);
    world.flux.setExpectedNodes(4);
    await healthyWithin(240_000);
    // It has answered, so that nobody has to fence on account of it any more.
    await until(scenario, () => hasFormer(scenario, primary, nodeId) === false, { withinMs: 60_000 });
  },
};

/** The only vote follows the primary, and the second voter does not stay. */
const singleVoter: Situation = {
  name: 'of two nodes the other one becomes the primary',
  play: async (begin) => {
    const scenario = begin(2, { environment: SHORT });
    const { instances, pass, healthyWithin } = scenario;
    await healthyWithin(240_000);
    const before = primaryOf(scenario);
    instances.delist(before);
    await until(scenario, () => primaryOrNone(scenario) !== before, { withinMs: 240_000, everyMs: 1000 });
    await pass(20_000);
    const after = primaryOf(scenario);
    must(after !== before, 'the lead was not handed over');
    instances.list(before);
    await pass(14 * 60_000);
    must(
      votersOf(scenario, after).join() === stateOf(scenario, after).nodeId,
      `the voters are ${reasonOf(scenario, after)}`,
    );
    await healthyWithin(120_000);
  },
};

/** M8: every write of etcd's leader arrives, and nobody is told. */
const lostAnswers: Situation = {
  name: 'nodes join while the agents are told of none of their writes',
  play: async (begin) => {
    const scenario = begin(3, { environment: SHORT });
    const { world, instances, pass, healthyWithin } = scenario;
    await healthyWithin(120_000);
    const old = instances.keys();
    const loseAnswers = (probability: number) => {
      for (const key of old) world.containers.get(key)?.faults.loseAnswers(probability);
    };
    world.flux.setExpectedNodes(5);
    for (let count = 0; count < 2; count += 1) instances.add();
    loseAnswers(1);
    await pass(60_000);
    const { etcd } = viewOf(scenario, old[0] ?? '');
    const members = etcd.ok ? etcd.value.members : [];
    const nodes = members.map(({ peerUrls }) => parseMemberName(peerHost(peerUrls[0] ?? ''))?.nodeId);
    must(members.length > 3, 'nobody has joined in all that time');
    must(new Set(nodes).size === nodes.length, 'a node was admitted twice');
    loseAnswers(0);
    await healthyWithin(240_000);
    must(votersOf(scenario, old[0] ?? '').length === 5, 'somebody has no vote');
  },
};

/** Who has a vote, and who loses it. */
export const membershipSituations: readonly Situation[] = [
  delistedInContact,
  swappedWhileDown,
  lostJoiner,
  silentReplaced,
  replacedWhileCutOff,
  singleVoter,
  lostAnswers,
];
