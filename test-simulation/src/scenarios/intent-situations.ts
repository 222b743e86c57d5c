import type { Scenario } from './scenario.ts';
import { must, primaryOrNone, type Situation, stateOf, until } from './situation.ts';

const SHORT = { FENCE_AFTER: '60' };

/** Two of five survive and have just agreed on who seeds; nothing is seeded yet. */
export interface Agreed {
  readonly seeder: string;
  readonly follower: string;
  readonly lost: readonly string[];
}

/** Whether the node is bound by a promise to a seeder. */
export function hasIntent({ world }: Scenario, key: string): boolean {
  return (world.containers.get(key)?.volume.content.state?.intent ?? null) !== null;
}

/** Takes three of five nodes away, and waits until both of the others have promised. */
export async function agreeOnSeeder(
  scenario: Scenario,
  before?: (survivors: readonly string[]) => void,
): Promise<Agreed> {
  const { instances, pass, healthyWithin } = scenario;
  await healthyWithin(240_000);
  const keys = instances.keys();
  const [survivors, lost] = [keys.slice(0, 2), keys.slice(2)];
  for (const key of lost) {
    instances.stop(key);
    instances.delist(key);
  }
  await pass(80_000);
  before?.(survivors);
  const agreed = () => survivors.every((key) => hasIntent(scenario, key));
  await until(scenario, agreed, { withinMs: 120_000, everyMs: 1 });
  const named = stateOf(scenario, survivors[0] ?? '').intent?.seederNodeId;
  const [seeder = ''] = survivors.filter((key) => stateOf(scenario, key).nodeId === named);
  const [follower = ''] = survivors.filter((key) => key !== seeder);
  must(stateOf(scenario, seeder).cluster?.epoch === 1, 'the epoch has begun already');
  return { seeder, follower, lost };
}

/** Starts them on what they had, and Flux lists them again. */
export function giveBack({ instances }: Scenario, keys: readonly string[]): void {
  for (const key of keys) {
    instances.start(key, 'kept');
    instances.list(key);
  }
}

/** Q4: nobody is given up who is there. */
const memberReturns: Situation = {
  name: 'a member that counted as gone returns before the seeder begins',
  play: async (begin) => {
    const scenario = begin(5, { environment: SHORT });
    const { world, pass, healthyWithin } = scenario;
    const { seeder, follower, lost } = await agreeOnSeeder(scenario);
    world.containers.get(seeder)?.pause();
    giveBack(scenario, lost.slice(0, 1));
    await pass(5000);
    world.containers.get(seeder)?.resume();
    await until(scenario, () => !hasIntent(scenario, seeder) && !hasIntent(scenario, follower), {
      withinMs: 30_000,
      everyMs: 100,
    });
    giveBack(scenario, lost.slice(1));
    await healthyWithin(240_000);
    must(
      stateOf(scenario, seeder).cluster?.epoch === 1,
      'a majority was there, and an epoch began all the same',
    );
  },
};

/** Q4 without the listing: an answer is enough. */
const unlistedReturns: Situation = {
  name: 'a member that counted as gone answers before the seeder begins, and Flux does not list it yet',
  play: async (begin) => {
    const scenario = begin(5, { environment: SHORT });
    const { world, instances, pass, healthyWithin } = scenario;
    const { seeder, follower, lost } = await agreeOnSeeder(scenario);
    // The seeder waits for its acknowledgement.
    world.containers.get(follower)?.pause();
    const [returning = '', ...others] = lost;
    instances.start(returning, 'kept');
    await until(scenario, () => !hasIntent(scenario, seeder), { withinMs: 30_000, everyMs: 100 });
    must(stateOf(scenario, seeder).cluster?.epoch === 1, 'somebody who answers was given up');
    await pass(5000);
    world.containers.get(follower)?.resume();
    await until(scenario, () => !hasIntent(scenario, follower), { withinMs: 30_000, everyMs: 100 });
    instances.list(returning);
    giveBack(scenario, others);
    await healthyWithin(240_000);
  },
};

/** Q8: what a seeder knows may be overtaken while it stands still. */
const seederStale: Situation = {
  name: 'the seeder stands still for long after it was promised to',
  play: async (begin) => {
    const scenario = begin(5, { environment: SHORT });
    const { world, instances, pass, healthyWithin } = scenario;
    const { seeder, follower } = await agreeOnSeeder(scenario);
    const promised = stateOf(scenario, seeder).intent?.epoch ?? 0;
    world.containers.get(seeder)?.pause();
    await pass(75_000);
    must(hasIntent(scenario, follower), 'a promise was broken while the seeder may seed');
    world.containers.get(seeder)?.resume();
    await until(scenario, () => stateOf(scenario, seeder).intent?.epoch !== promised, {
      withinMs: 30_000,
      everyMs: 100,
    });
    must(stateOf(scenario, seeder).cluster?.epoch === 1, 'it has seeded what it knew before it stood still');
    await until(scenario, () => primaryOrNone(scenario) !== null, { withinMs: 240_000, everyMs: 1000 });
    must((stateOf(scenario, seeder).cluster?.epoch ?? 0) > promised, 'a cancelled epoch was used again');
    await pass(1000);
    for (let count = 0; count < 3; count += 1) instances.add();
    await healthyWithin(300_000);
  },
};

/** Q8: a promise binds until it is known that nobody seeds. */
const seederLost: Situation = {
  name: 'the seeder is lost after it was promised to',
  play: async (begin) => {
    const scenario = begin(5, { environment: SHORT });
    const { instances, pass, healthyWithin } = scenario;
    const { seeder, follower } = await agreeOnSeeder(scenario);
    instances.lose(seeder);
    await pass(200_000);
    must(primaryOrNone(scenario) === null, 'it serves although the seeder may have seeded');
    must(hasIntent(scenario, follower), 'the promise was broken');
    instances.delist(seeder);
    await pass(150_000);
    must(primaryOrNone(scenario) === follower, 'the last one does not serve');
    for (let count = 0; count < 2; count += 1) instances.add();
    await healthyWithin(300_000);
    must((stateOf(scenario, follower).cluster?.epoch ?? 0) > 2, 'the epoch of a lost promise was used again');
  },
};

/** Q8, Q18: the seeder knows nothing of what it was promised, so that nobody would ever release the promise. */
const seederForgets: Situation = {
  name: 'the volume of the seeder is put back to before its intent',
  play: async (begin) => {
    const scenario = begin(5, { environment: SHORT });
    const { instances, pass, healthyWithin } = scenario;
    const backups = new Map<string, ReturnType<typeof instances.backup>>();
    const { seeder, follower, lost } = await agreeOnSeeder(scenario, (survivors) => {
      for (const key of survivors) backups.set(key, instances.backup(key));
    });
    const content = backups.get(seeder);
    if (content === undefined) throw new Error('there is no backup');
    must(content.state?.intent === null, 'the backup is too young');
    const intent = stateOf(scenario, follower).intent;
    instances.restore(seeder, content);
    instances.start(seeder, 'kept');
    await until(
      scenario,
      () => stateOf(scenario, seeder).cancelledIntents.some(({ epoch }) => epoch === intent?.epoch),
      { withinMs: 120_000, everyMs: 100 },
    );
    await until(scenario, () => stateOf(scenario, follower).intent?.epoch !== intent?.epoch, {
      withinMs: 60_000,
      everyMs: 100,
    });
    for (const key of lost) instances.lose(key);
    await pass(1000);
    for (let count = 0; count < 3; count += 1) instances.add();
    await healthyWithin(600_000);
  },
};

/** What ends a promise to a seeder. */
export const intentSituations: readonly Situation[] = [
  memberReturns,
  unlistedReturns,
  seederStale,
  seederLost,
  seederForgets,
];
