import type { EtcdEndpoint } from '@flux-pg/etcd-membership';
import { describe, expect, it } from 'vitest';
import type { NodeState } from '../identity/node-state.ts';
import { writeClusterKeys } from './act-cluster-keys.ts';
import { aCopy, aMemberState, aMirror, aRecord, aVolume, PORTS, THIRD } from './member-builder.ts';
import { anEndpoint, somePorts } from './ports-builder.ts';
import type { View } from './view.ts';
import { aConfig, aView, CLUSTER, NODE, OTHER } from './view-builder.ts';

const APP = '/flux-pg/myapp-postgres';
const PATRONI = '/service/myapp-postgres';
const founder = aMemberState({
  cluster: { id: CLUSTER, epoch: 1, founder: true, seeding: true, foundedAtMs: 7 },
});
const seeder = aMemberState({
  cluster: { id: CLUSTER, epoch: 2, seededBy: NODE, founder: true, seeding: true },
});

/** An etcd that keeps what is written, in order; it fails once after so many writes. */
function anEtcd(stored: Map<string, string>, failAfter = Number.POSITIVE_INFINITY): EtcdEndpoint {
  let writes = 0;
  const write = (key: string, value: string) => {
    if (writes >= failAfter) throw new Error('etcd is away');
    writes += 1;
    stored.set(key, value);
  };
  return anEndpoint('local', [], {
    put: async (key, value) => write(key, value),
    putIfUnchanged: async (key, value, revision) => {
      if (revision !== 0) throw new Error('only missing keys are written');
      if (stored.has(key)) return false;
      write(key, value);
      return true;
    },
  });
}

async function written(view: View, stored = new Map<string, string>(), failAfter?: number) {
  await writeClusterKeys(somePorts([], { localEtcd: anEtcd(stored, failAfter) }), view);
  return stored;
}

const mirror = aMirror({
  members: [aRecord(NODE, '10.0.0.1'), aRecord(OTHER), aRecord(THIRD, '10.0.0.3')],
  voters: [],
  formerVoters: [THIRD],
  witnesses: ['192.0.2.1:16127'],
  lastPrimary: OTHER,
  bootstrap: OTHER,
  copyHolders: [
    { nodeId: NODE, address: '10.0.0.1' },
    { nodeId: OTHER, address: null },
  ],
  provisioned: true,
  userData: false,
  superuser: 'founding_user',
  foundedAtMs: 42,
  initialize: '6666',
  history: JSON.stringify([
    [1, 100, 'no recovery target specified'],
    [2, 200, 'no recovery target specified'],
    [3, 300, 'lost with its copy'],
  ]),
  config: '{"ttl":30}',
});
const third = aCopy('7000');
const recovering = aView({
  state: seeder,
  mirror,
  volume: aVolume(third.kind === 'copy' ? { ...third, walEnd: { timeline: 3, lsn: '0/5000000' } } : third),
});

describe('the keys of a cluster that begins empty', () => {
  const view = aView({ state: founder, config: aConfig({ POSTGRES_USER: 'app' }) });

  it('grant the bootstrap to the founder, and say that there is nothing of a user’s', async () => {
    const cluster = { id: CLUSTER, epoch: 1, seededBy: null, superuser: 'app', foundedAtMs: 7 };
    expect([...(await written(view))]).toEqual([
      [`${APP}/bootstrap`, NODE],
      [`${APP}/user-data`, 'false'],
      [`${APP}/members/${NODE}`, JSON.stringify({ nodeId: NODE, address: '10.0.0.1', ports: PORTS })],
      [`${APP}/cluster`, JSON.stringify(cluster)],
    ]);
  });

  it('can be written without an own address: the record follows', async () => {
    const keys = [...(await written({ ...view, ownAddress: null })).keys()];
    expect(keys).toEqual([`${APP}/bootstrap`, `${APP}/user-data`, `${APP}/cluster`]);
  });

  it('are none of a node without a cluster', async () => {
    expect((await written(aView())).size).toBe(0);
  });
});

describe('the keys of a cluster whose founder was lost before anybody had seen its etcd', () => {
  const sealedBy = { nodeId: THIRD, address: '10.0.0.3' };
  const cluster = { id: CLUSTER, epoch: 2, seededBy: NODE, founder: true, seeding: true, sealedBy };

  it('leave the bootstrap with who sealed it, as one that held a copy, and say nothing of user data', async () => {
    const stored = await written(aView({ state: aMemberState({ cluster }) }));
    expect(Object.fromEntries(stored)).toMatchObject({
      [`${APP}/bootstrap`]: THIRD,
      [`${APP}/copies/${THIRD}`]: '10.0.0.3',
    });
    expect(stored.has(`${APP}/user-data`)).toBe(false);
    expect(stored.has(`${PATRONI}/initialize`)).toBe(false);
    expect([...stored.keys()].at(-1)).toBe(`${APP}/cluster`);
  });

  it('are those of the data where the seeder has a copy', async () => {
    const view = aView({ state: aMemberState({ cluster }), volume: aVolume(aCopy('7000')) });
    const stored = await written(view);
    expect(stored.get(`${PATRONI}/initialize`)).toBe('7000');
    expect(stored.has(`${APP}/bootstrap`)).toBe(false);
  });

  it('grant the bootstrap to who has sealed it itself', async () => {
    const own = { ...cluster, sealedBy: { nodeId: NODE, address: '10.0.0.1' } };
    const stored = await written(aView({ state: aMemberState({ cluster: own }) }));
    expect(stored.get(`${APP}/bootstrap`)).toBe(NODE);
    expect(stored.get(`${APP}/user-data`)).toBe('false');
  });
});

describe('the keys of a cluster that adopts data', () => {
  it('name its system and its copy, grant nobody a bootstrap, and count the data as a user’s', async () => {
    const stored = await written(aView({ state: founder, volume: aVolume(aCopy('7000')) }));
    expect(stored.has(`${APP}/bootstrap`)).toBe(false);
    expect(stored.get(`${PATRONI}/initialize`)).toBe('7000');
    expect(stored.get(`${APP}/copies/${NODE}`)).toBe('10.0.0.1');
    expect(stored.get(`${APP}/user-data`)).toBe('true');
    expect(JSON.parse(stored.get(`${PATRONI}/config`) ?? '')).toMatchObject({ ttl: 30 });
    expect([...stored.keys()].at(-1)).toBe(`${APP}/cluster`);
  });
});

describe('the keys of a later epoch', () => {
  it('carry over what the mirror kept, with the seeder’s own system and no timeline beyond its copy', async () => {
    const stored = await written(recovering);
    expect(Object.fromEntries(stored)).toEqual({
      [`${APP}/bootstrap`]: OTHER,
      [`${APP}/provisioned`]: NODE,
      [`${APP}/user-data`]: 'false',
      [`${APP}/witnesses`]: JSON.stringify(['192.0.2.1:16127']),
      [`${APP}/members/${NODE}`]: JSON.stringify(aRecord(NODE, '10.0.0.1')),
      [`${APP}/members/${OTHER}`]: JSON.stringify(aRecord(OTHER)),
      [`${APP}/members/${THIRD}`]: JSON.stringify(aRecord(THIRD, '10.0.0.3')),
      [`${APP}/former-voters/${THIRD}`]: THIRD,
      [`${APP}/copies/${NODE}`]: '10.0.0.1',
      [`${APP}/copies/${OTHER}`]: '',
      [`${PATRONI}/initialize`]: '7000',
      [`${PATRONI}/config`]: '{"ttl":30}',
      [`${PATRONI}/history`]: JSON.stringify([
        [1, 100, 'no recovery target specified'],
        [2, 200, 'no recovery target specified'],
      ]),
      [`${APP}/cluster`]: JSON.stringify({
        id: CLUSTER,
        epoch: 2,
        seededBy: NODE,
        superuser: 'founding_user',
        foundedAtMs: 42,
      }),
    });
    expect([...stored.keys()].at(-1)).toBe(`${APP}/cluster`);
  });

  it('carry over nothing of who led, how far, and what was asked for', async () => {
    const stored = await written(recovering);
    for (const key of ['leader', 'status', 'sync', 'failsafe', 'failover']) {
      expect(stored.has(`${PATRONI}/${key}`)).toBe(false);
    }
  });

  it('keep the old system where nobody has a copy, so that Patroni does not begin anew', async () => {
    const stored = await written(aView({ state: seeder, mirror }));
    expect(stored.get(`${PATRONI}/initialize`)).toBe('6666');
    expect(stored.has(`${PATRONI}/history`)).toBe(false);
  });

  it('say nothing of user data where the mirror does not know, and take a mirror of before for data', async () => {
    const unknown = await written({ ...recovering, mirror: { ...mirror, userData: null } });
    expect(unknown.has(`${APP}/user-data`)).toBe(false);
    const { userData: _, ...older } = mirror;
    expect((await written({ ...recovering, mirror: older })).get(`${APP}/user-data`)).toBe('true');
  });

  it('come from the newest mirror, also where a peer has told it', async () => {
    const toldMirror = { ...mirror, revision: 9, superuser: 'told_user' };
    const view = { ...recovering, memory: { ...recovering.memory, toldMirror } };
    expect((await written(view)).get(`${APP}/cluster`)).toContain('told_user');
  });

  it('do not pass on a history that cannot be read', async () => {
    const stored = await written({ ...recovering, mirror: { ...mirror, history: 'no json' } });
    expect(stored.has(`${PATRONI}/history`)).toBe(false);
  });
});

describe('a crash while the keys are written', () => {
  const adopting = aView({ state: founder, volume: aVolume(aCopy('7000')) });
  const begun: readonly [string, NodeState, View][] = [
    ['founding', founder, aView({ state: founder })],
    ['adoption', founder, adopting],
    ['recovery', seeder, recovering],
  ];

  it.each(begun)(
    'is completed at any write of a %s, with nothing changed and the cluster last',
    async (_, __, view) => {
      const whole = await written(view);
      for (let at = 0; at < whole.size; at += 1) {
        const stored = new Map<string, string>();
        await expect(written(view, stored, at)).rejects.toThrow('etcd is away');
        expect(stored.has(`${APP}/cluster`)).toBe(false);
        const before = new Map(stored);
        await written(view, stored);
        expect(Object.fromEntries(stored)).toEqual(Object.fromEntries(whole));
        for (const [key, value] of before) expect(stored.get(key)).toBe(value);
      }
      expect(Object.fromEntries(await written(view, new Map(whole)))).toEqual(Object.fromEntries(whole));
    },
  );
});
