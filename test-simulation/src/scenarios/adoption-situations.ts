import { emptyContent, type VolumeContent } from '../disk/volume.ts';
import type { Scenario } from './scenario.ts';
import { must, primaryOf, reasonOf, type Situation, stateOf } from './situation.ts';

const SHORT = { FENCE_AFTER: '60' };

function changeVolume(
  { world }: Scenario,
  key: string,
  change: (content: VolumeContent) => VolumeContent,
): void {
  const volume = world.containers.get(key)?.volume;
  if (volume === undefined) throw new Error(`${key} has no volume`);
  volume.content = change(volume.content);
}

/** As version 1 would have left it: the data at the root, and nothing of ours. */
function asVersion1({ pgdata }: VolumeContent): VolumeContent {
  if (pgdata === null) throw new Error('there is no data to be left');
  return { ...emptyContent, root: { pgdata, majorVersion: 17 } };
}

/** Runs a cluster for a while, stops it, and says who led it. */
async function aStoppedCluster(scenario: Scenario): Promise<string> {
  const { instances, pass, healthyWithin } = scenario;
  await healthyWithin(120_000);
  await pass(20_000);
  const primary = primaryOf(scenario);
  for (const key of instances.keys()) instances.stop(key);
  await pass(2000);
  return primary;
}

function systemOf({ world }: Scenario, key: string): string | null {
  return world.containers.get(key)?.volume.content.pgdata?.branch.systemId ?? null;
}

/** R8: the node with the newest rows is upgraded last; the others wait for it and take nothing for granted. */
const upgraded: Situation = {
  name: 'volumes of version 1 are upgraded one by one, the furthest copy last',
  play: async (begin) => {
    const scenario = begin(3, { environment: SHORT });
    const { instances, pass, healthyWithin } = scenario;
    const furthest = await aStoppedCluster(scenario);
    const system = systemOf(scenario, furthest);
    for (const key of instances.keys()) changeVolume(scenario, key, asVersion1);
    const others = instances.keys().filter((key) => key !== furthest);
    for (const key of others) {
      changeVolume(scenario, key, ({ root, ...rest }) => ({
        ...rest,
        root: root && { ...root, pgdata: { ...root.pgdata, endLsn: root.pgdata.endLsn - 100_000 } },
      }));
      instances.start(key, 'kept');
      await pass(150_000);
    }
    for (const key of others) {
      must(stateOf(scenario, key).cluster === null, 'something was adopted while a copy was out of sight');
      must(reasonOf(scenario, key) === 'peer-silent', `${key} waits for ${reasonOf(scenario, key)}`);
    }
    instances.start(furthest, 'kept');
    await healthyWithin(300_000);
    must(
      instances.keys().every((key) => systemOf(scenario, key) === system),
      'another system took the place of the data',
    );
  },
};

/** R8 beside fresh nodes, of which one has the lowest address: data outranks them. */
const besideEmpty: Situation = {
  name: 'one volume of version 1 comes to two empty ones',
  play: async (begin) => {
    const scenario = begin(3, { environment: SHORT });
    const { instances, pass, healthyWithin } = scenario;
    const holder = await aStoppedCluster(scenario);
    const system = systemOf(scenario, holder);
    changeVolume(scenario, holder, asVersion1);
    for (const key of instances.keys()) if (key !== holder) instances.start(key, 'emptied');
    await pass(20_000);
    instances.start(holder, 'kept');
    await healthyWithin(300_000);
    must(
      instances.keys().every((key) => systemOf(scenario, key) === system),
      'something was founded beside the data',
    );
  },
};

/** Two deployments that had nothing to do with each other: a person has to choose. */
const twoSystems: Situation = {
  name: 'volumes of version 1 hold two different systems',
  play: async (begin) => {
    const scenario = begin(3, { environment: SHORT });
    const { world, instances, pass } = scenario;
    await aStoppedCluster(scenario);
    for (const key of instances.keys()) changeVolume(scenario, key, asVersion1);
    const [stranger = '', ...others] = instances.keys();
    changeVolume(scenario, stranger, ({ root, ...rest }) => ({
      ...rest,
      root: root && {
        ...root,
        pgdata: { ...root.pgdata, branch: { ...root.pgdata.branch, id: 1, systemId: '71' } },
      },
    }));
    const before = instances.keys().map((key) => world.containers.get(key)?.volume.content.root?.pgdata);
    for (const key of instances.keys()) instances.start(key, 'kept');
    await pass(300_000);
    for (const key of [stranger, ...others]) {
      must(stateOf(scenario, key).cluster === null, 'one of two systems was chosen');
      must(reasonOf(scenario, key) === 'two-systems', `${key} waits for ${reasonOf(scenario, key)}`);
    }
    const after = instances.keys().map((key) => world.containers.get(key)?.volume.content.pgdata);
    must(
      before.every((data, index) => data === after[index]),
      'somebody touched the data',
    );
  },
};

/** Q12: what cannot be read may be all that there is, so nothing is founded beside it, whatever it is. */
const unreadable: Situation = {
  name: 'one volume holds data that cannot be read, one a directory of etcd without a name, and one nothing',
  play: async (begin) => {
    const scenario = begin(3, { environment: SHORT });
    const { instances, pass, healthyWithin } = scenario;
    await aStoppedCluster(scenario);
    const [damaged = '', nameless = '', empty = ''] = instances.keys();
    changeVolume(scenario, damaged, () => ({ ...emptyContent, damage: 'its control file is damaged' }));
    changeVolume(scenario, nameless, ({ etcd }) => ({ ...emptyContent, etcd }));
    for (const key of [damaged, nameless]) instances.start(key, 'kept');
    instances.start(empty, 'emptied');
    await pass(300_000);
    const reasons = instances.keys().map((key) => reasonOf(scenario, key));
    must(
      reasons.join() === 'postgres-data-unreadable,data-without-cluster,peer-holds-data',
      `they wait for ${reasons.join()}`,
    );
    must(
      instances.keys().every((key) => stateOf(scenario, key).cluster === null),
      'something was founded',
    );
    // A person who has looked at both puts fresh volumes in their place.
    for (const key of [damaged, nameless]) instances.start(key, 'emptied');
    await healthyWithin(300_000);
  },
};

/** Data that belongs to no cluster yet. */
export const adoptionSituations: readonly Situation[] = [upgraded, besideEmpty, twoSystems, unreadable];
