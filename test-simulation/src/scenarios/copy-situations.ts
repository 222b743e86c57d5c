import type { PgData } from '../kernel/contracts.ts';
import type { Scenario } from './scenario.ts';
import {
  must,
  primaryOf,
  primaryOrNone,
  reasonOf,
  restart,
  type Situation,
  until,
  viewOf,
} from './situation.ts';

const SHORT = { FENCE_AFTER: '60' };

function pgdataOf({ world }: Scenario, key: string): PgData | null {
  return world.containers.get(key)?.volume.content.pgdata ?? null;
}

function changePgdata(
  { world }: Scenario,
  key: string,
  change: (data: PgData | null) => PgData | null,
): void {
  const volume = world.containers.get(key)?.volume;
  if (volume !== undefined) volume.content = { ...volume.content, pgdata: change(volume.content.pgdata) };
}

/** Whoever has begun to initialise, or has done so. */
function initialiser(scenario: Scenario): string | null {
  return scenario.instances.keys().find((key) => pgdataOf(scenario, key) !== null) ?? null;
}

/** F8, Q20: none of these directories is a copy of anything. */
const cutShort: Situation = {
  name: 'an initdb is cut short, and then a clone',
  play: async (begin) => {
    const scenario = begin(3, { environment: SHORT });
    const { healthyWithin, instances } = scenario;
    await until(scenario, () => initialiser(scenario) !== null, { withinMs: 120_000 });
    const founder = initialiser(scenario) ?? '';
    must(pgdataOf(scenario, founder)?.unfinished === 'initdb', 'it is too late to cut it short');
    const { systemId } = pgdataOf(scenario, founder)?.branch ?? {};
    restart(scenario, founder);
    const cloning = () => instances.keys().find((key) => pgdataOf(scenario, key)?.unfinished === 'clone');
    await until(scenario, () => cloning() !== undefined, { withinMs: 120_000 });
    restart(scenario, cloning() ?? '');
    await healthyWithin(240_000);
    must(pgdataOf(scenario, founder)?.branch.systemId !== systemId, 'half a system was gone on with');
  },
};

/** F8: what PostgreSQL was initialised as is the cluster's, although nobody was told. */
const untoldInitdb: Situation = {
  name: 'the founder restarts between the end of initdb and the keys that tell of it',
  play: async (begin) => {
    const scenario = begin(3, { environment: SHORT });
    const { healthyWithin } = scenario;
    const done = () => {
      const founder = initialiser(scenario);
      return founder !== null && pgdataOf(scenario, founder)?.unfinished === null;
    };
    await until(scenario, done, { withinMs: 120_000 });
    const founder = initialiser(scenario) ?? '';
    const { systemId } = pgdataOf(scenario, founder)?.branch ?? {};
    restart(scenario, founder);
    await healthyWithin(240_000);
    must(pgdataOf(scenario, founder)?.branch.systemId === systemId, 'a complete system was thrown away');
  },
};

/** The node loses the answer to the first write of Patroni's lock, which etcd has carried out. */
function loseLockAnswer({ world }: Scenario, key: string): void {
  const container = world.containers.get(key);
  const client = container?.etcd()?.client;
  if (container === undefined || client === undefined) throw new Error(`${key} runs no etcd`);
  const { putIfAbsent } = client;
  const losing: typeof putIfAbsent = async (name, value, leaseId) => {
    const written = await putIfAbsent(name, value, leaseId);
    if (!name.endsWith('/initialize')) return written;
    Object.assign(client, { putIfAbsent });
    container.faults.loseAnswers(1);
    return written;
  };
  Object.assign(client, { putIfAbsent: losing });
}

/** F8: Patroni takes its own lock for another's. */
const lostLock: Situation = {
  name: 'the answer to the lock of the initdb is lost',
  play: async (begin) => {
    const scenario = begin(3, { environment: SHORT });
    const { world, instances, pass, healthyWithin } = scenario;
    const founder = () =>
      instances.keys().find((key) => (world.containers.get(key)?.etcd() ?? null) !== null);
    await until(scenario, () => founder() !== undefined, { withinMs: 120_000 });
    const key = founder() ?? '';
    loseLockAnswer(scenario, key);
    await until(scenario, () => world.containers.get(key)?.runs('patroni') === true, { withinMs: 60_000 });
    world.containers.get(key)?.faults.loseAnswers(0);
    await pass(20_000);
    must(pgdataOf(scenario, key) === null, 'it never lost the answer');
    await healthyWithin(240_000);
  },
};

/** F15: those who began to clone have nothing, and there was nothing to lose. */
const lostWhileCloned: Situation = {
  name: 'the only copy is lost while it is cloned, and nobody has used it',
  play: async (begin) => {
    const scenario = begin(3, { environment: SHORT, client: false });
    const { instances, pass, healthyWithin } = scenario;
    await healthyWithin(120_000);
    const primary = primaryOf(scenario);
    const others = instances.keys().filter((key) => key !== primary);
    for (const key of others) instances.stop(key);
    for (const key of others) changePgdata(scenario, key, () => null);
    for (const key of others) instances.start(key, 'kept');
    const isCloning = (key: string) => pgdataOf(scenario, key)?.unfinished === 'clone';
    await until(scenario, () => others.every(isCloning), { withinMs: 60_000 });
    instances.lose(primary);
    await pass(30_000);
    must(primaryOrNone(scenario) === null, 'something was initialised while the copy may come back');
    instances.delist(primary);
    instances.add();
    await healthyWithin(400_000);
  },
};

/** Two promotions that did not know of each other gave one number to two timelines; Patroni sees no difference. */
const sameNumber: Situation = {
  name: 'both replicas are on another timeline of the number that the primary has',
  play: async (begin) => {
    const scenario = begin(3, { environment: SHORT });
    const { world, instances, pass, healthyWithin } = scenario;
    await healthyWithin(120_000);
    restart(scenario, primaryOf(scenario));
    await pass(45_000);
    await healthyWithin(120_000);
    if (pgdataOf(scenario, primaryOf(scenario))?.branch.timeline === 1) {
      instances.stop(primaryOf(scenario));
      await pass(60_000);
      for (const key of instances.keys())
        if (!instances.running().includes(key)) instances.start(key, 'kept');
      await healthyWithin(240_000);
    }
    const primary = primaryOf(scenario);
    const others = instances.keys().filter((key) => key !== primary);
    for (const key of others) {
      instances.stop(key);
      changePgdata(
        scenario,
        key,
        (data) => data && { ...data, branch: { ...data.branch, id: data.branch.id + 1 } },
      );
      instances.start(key, 'kept');
    }
    await pass(120_000);
    const waits = () => others.some((key) => reasonOf(scenario, key) === 'other-node-reclones');
    await until(scenario, waits, { withinMs: 600_000, everyMs: 1000 });
    must(primaryOf(scenario) === primary, 'the primary changed');
    await healthyWithin(1_500_000);
    for (const key of others) {
      const { quarantine = [] } = world.containers.get(key)?.volume.content ?? {};
      must(
        quarantine.some(({ pgdata }) => pgdata !== null),
        'rows that only this copy had are not kept',
      );
    }
  },
};

/** R9: whoever `/sync` names is gone for good, and nobody else may lead by Patroni's own rules. */
const guardsOutlived: Situation = {
  name: 'the primary and its synchronous standby are lost for good',
  play: async (begin) => {
    const scenario = begin(5, { environment: { ...SHORT, SYNCHRONOUS_MODE: 'on' } });
    const { instances, pass, healthyWithin } = scenario;
    await healthyWithin(240_000);
    await pass(20_000);
    const primary = primaryOf(scenario);
    const { etcd } = viewOf(scenario, primary);
    const sync = etcd.ok ? (etcd.value.patroni.sync ?? '') : '';
    const standby = instances
      .keys()
      .find((key) => key !== primary && sync.includes(viewOf(scenario, key).state.nodeId));
    must(standby !== undefined, `nobody is synchronous: ${sync}`);
    for (const key of [primary, standby ?? '']) {
      instances.lose(key);
      instances.delist(key);
    }
    await pass(60_000);
    must(primaryOrNone(scenario) === null, 'somebody leads who may be behind');
    await pass(150_000);
    must(primaryOrNone(scenario) !== null, 'the guards outlive whom they wait for');
    for (let count = 0; count < 2; count += 1) instances.add();
    await healthyWithin(300_000);
  },
};

/** What is a copy, and what becomes of the others. */
export const copySituations: readonly Situation[] = [
  cutShort,
  untoldInitdb,
  lostLock,
  lostWhileCloned,
  sameNumber,
  guardsOutlived,
];
