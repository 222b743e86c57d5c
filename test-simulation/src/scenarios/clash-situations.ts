import type { VolumeContent } from '../disk/volume.ts';
import type { Scenario } from './scenario.ts';
import { must, primaryOf, primaryOrNone, reasonOf, type Situation, stateOf, until } from './situation.ts';

const SHORT = { FENCE_AFTER: '60' };

interface TwoClusters {
  readonly older: { readonly id: string; readonly volumes: ReadonlyMap<string, VolumeContent> };
  readonly younger: { readonly id: string };
}

function clusterOf(scenario: Scenario, key: string): string {
  return stateOf(scenario, key).cluster?.id ?? 'none';
}

function systemOf({ world }: Scenario, key: string): string {
  return world.containers.get(key)?.volume.content.pgdata?.branch.systemId ?? 'none';
}

/** Founds a cluster, puts its volumes away, and founds another one on the same machines. */
async function twoClusters(scenario: Scenario, used: { readonly older: boolean }): Promise<TwoClusters> {
  const { world, instances, pass, healthyWithin } = scenario;
  await healthyWithin(120_000);
  const [first = ''] = instances.keys();
  const olderId = clusterOf(scenario, first);
  if (used.older) world.userData.add(systemOf(scenario, first));
  await pass(30_000);
  for (const key of instances.keys()) instances.stop(key);
  const volumes = new Map(instances.keys().map((key) => [key, instances.backup(key)]));
  for (const key of instances.keys()) instances.start(key, 'emptied');
  await healthyWithin(120_000);
  await pass(30_000);
  return { older: { id: olderId, volumes }, younger: { id: clusterOf(scenario, first) } };
}

function returnOlder(scenario: Scenario, key: string, { older }: TwoClusters): void {
  const content = older.volumes.get(key);
  if (content === undefined) throw new Error(`${key} had no volume`);
  scenario.instances.restore(key, content);
  scenario.instances.start(key, 'kept');
}

function pgdataOf({ world }: Scenario, keys: readonly string[]) {
  return keys.map((key) => world.containers.get(key)?.volume.content.pgdata ?? null);
}

/** Q9: both hold rows, so nothing is thrown away, nothing is merged, and everybody says why. */
const bothWithData: Situation = {
  name: 'a volume of an older cluster comes to a younger one, and both hold data',
  play: async (begin) => {
    const scenario = begin(3, { environment: SHORT });
    const { world, instances, pass, healthyWithin } = scenario;
    const clusters = await twoClusters(scenario, { older: true });
    const primary = primaryOf(scenario);
    const [returning = '', ...others] = instances.keys().filter((key) => key !== primary);
    returnOlder(scenario, returning, clusters);
    await until(scenario, () => primaryOrNone(scenario) === null, { withinMs: 60_000, everyMs: 1000 });
    await pass(10_000);
    const kept = [primary, ...others];
    const before = pgdataOf(scenario, kept);
    for (let second = 0; second < 200; second += 1) {
      await pass(1000);
      // The older one is free to go on, alone after its recovery.
      must(
        kept.every((key) => world.containers.get(key)?.runs('patroni') === false),
        'the younger cluster runs PostgreSQL beside the older one',
      );
    }
    for (const key of kept) {
      must(reasonOf(scenario, key) === 'younger-cluster-stops', `${key}: ${reasonOf(scenario, key)}`);
    }
    must(clusterOf(scenario, returning) === clusters.older.id, 'the older cluster was given up');
    must(primaryOf(scenario) === returning, 'the older cluster does not serve');
    const after = pgdataOf(scenario, kept);
    must(
      before.every((data, index) => data === after[index]),
      'a volume of the younger one was touched',
    );
    // A person takes the old volume away.
    instances.start(returning, 'emptied');
    await healthyWithin(300_000);
    must(clusterOf(scenario, primary) === clusters.younger.id, 'the younger cluster is gone');
  },
};

/** What nobody has used is given up for what somebody has. */
const olderEmpty: Situation = {
  name: 'a volume of an older cluster without data comes to a younger one with data',
  play: async (begin) => {
    const scenario = begin(3, { environment: SHORT, client: false });
    const { world, instances, pass, healthyWithin } = scenario;
    const clusters = await twoClusters(scenario, { older: false });
    const primary = primaryOf(scenario);
    world.userData.add(systemOf(scenario, primary));
    await pass(30_000);
    const [returning = ''] = instances.keys().filter((key) => key !== primary);
    returnOlder(scenario, returning, clusters);
    await healthyWithin(300_000);
    must(clusterOf(scenario, primary) === clusters.younger.id, 'the cluster with the data gave way');
    const { quarantine = [] } = world.containers.get(returning)?.volume.content ?? {};
    must(
      quarantine.some(({ pgdata }) => pgdata !== null),
      'what it held was not put aside',
    );
  },
};

/** Of two that nobody has used the younger one yields, although only one old volume is left of the other. */
const bothEmpty: Situation = {
  name: 'a volume of an older cluster comes to a younger one, and nobody has used either',
  play: async (begin) => {
    const scenario = begin(3, { environment: SHORT, client: false });
    const { instances, healthyWithin } = scenario;
    const clusters = await twoClusters(scenario, { older: false });
    const primary = primaryOf(scenario);
    const [returning = ''] = instances.keys().filter((key) => key !== primary);
    returnOlder(scenario, returning, clusters);
    await until(scenario, () => clusterOf(scenario, primary) === clusters.older.id, {
      withinMs: 60_000,
      everyMs: 1000,
    });
    await healthyWithin(600_000);
    must(
      instances.keys().every((key) => clusterOf(scenario, key) === clusters.older.id),
      'two clusters are left',
    );
  },
};

/** Two clusters of one app that meet. */
export const clashSituations: readonly Situation[] = [bothWithData, olderEmpty, bothEmpty];
