import { isolate, must, primaryOf, reconnect, restart, type Situation } from './situation.ts';

const SHORT = { FENCE_AFTER: '60' };

/** R3, Q19: a replica that was cut off from the stream for a while starts first. */
const staleReplicaFirst: Situation = {
  name: 'all restart, a replica that is behind first',
  play: async (begin) => {
    const scenario = begin(3, { environment: SHORT });
    const { instances, pass, healthyWithin } = scenario;
    await healthyWithin(120_000);
    const primary = primaryOf(scenario);
    const [behind = '', other = ''] = instances.keys().filter((key) => key !== primary);
    instances.stop(behind);
    await pass(30_000);
    for (const key of [primary, other]) instances.stop(key);
    await pass(2000);
    instances.start(behind, 'kept');
    await pass(10_000);
    instances.start(other, 'kept');
    await pass(15_000);
    instances.start(primary, 'kept');
    await healthyWithin(400_000);
  },
};

/** R6 */
const lastPrimaryLate: Situation = {
  name: 'the last primary returns 90 s after the others',
  play: async (begin) => {
    const scenario = begin(3, { environment: SHORT });
    const { instances, pass, healthyWithin } = scenario;
    await healthyWithin(120_000);
    const primary = primaryOf(scenario);
    const others = instances.keys().filter((key) => key !== primary);
    isolate(scenario, [primary]);
    await pass(4000);
    for (const key of instances.keys()) instances.stop(key);
    reconnect(scenario);
    await pass(2000);
    for (const key of others) instances.start(key, 'kept');
    await pass(55_000);
    instances.start(primary, 'kept');
    await healthyWithin(400_000);
  },
};

/** Q18: the volume of the last primary is put back to what it was minutes ago, and everything restarts. */
const restoredPrimary: Situation = {
  name: 'a backup of the primary is put back while all restart',
  play: async (begin) => {
    const scenario = begin(3, { environment: SHORT });
    const { instances, pass, healthyWithin } = scenario;
    await healthyWithin(120_000);
    const primary = primaryOf(scenario);
    const content = instances.backup(primary);
    restart(scenario, primary);
    await pass(60_000);
    for (const key of instances.keys()) instances.stop(key);
    instances.restore(primary, content);
    await pass(2000);
    for (const key of instances.keys()) instances.start(key, 'kept');
    await healthyWithin(400_000);
  },
};

/** Q18 of a voter, and only of that. */
const restoredVoter: Situation = {
  name: 'a backup of a voter is put back',
  play: async (begin) => {
    const scenario = begin(3, { environment: SHORT });
    const { instances, pass, healthyWithin } = scenario;
    await healthyWithin(120_000);
    const primary = primaryOf(scenario);
    const [voter = ''] = instances.keys().filter((key) => key !== primary);
    const content = instances.backup(voter);
    restart(scenario, voter);
    await pass(60_000);
    instances.restore(voter, content);
    await pass(2000);
    instances.start(voter, 'kept');
    await healthyWithin(300_000);
  },
};

/** Q18 without a restart in between: only the ids that a start gets while it lasts tell the backup from what was there. */
const restoredInTheSameStart: Situation = {
  name: 'a backup of a voter is put back that was taken in the same start',
  play: async (begin) => {
    const scenario = begin(3, { environment: SHORT });
    const { world, instances, pass, healthyWithin } = scenario;
    await healthyWithin(120_000);
    const primary = primaryOf(scenario);
    const [voter = ''] = instances.keys().filter((key) => key !== primary);
    const content = instances.backup(voter);
    await pass(3_700_000);
    instances.stop(voter);
    instances.restore(voter, content);
    await pass(2000);
    instances.start(voter, 'kept');
    await healthyWithin(300_000);
    const kept = world.containers.get(voter)?.volume.content.quarantine ?? [];
    must(
      kept.some(({ name }) => name.startsWith('etcd')),
      'its etcd casts votes that it has forgotten',
    );
  },
};

/** Full stops and what is put back. */
export const restartSituations: readonly Situation[] = [
  staleReplicaFirst,
  lastPrimaryLate,
  restoredPrimary,
  restoredVoter,
  restoredInTheSameStart,
];
