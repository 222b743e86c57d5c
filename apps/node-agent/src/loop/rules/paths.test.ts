import { memberName, startFencing } from '@flux-pg/etcd-membership';
import { describe, expect, it } from 'vitest';
import type { Mirror } from '../../identity/mirror.ts';
import type { NodeState } from '../../identity/node-state.ts';
import type { StatusDocument } from '../../status/document.ts';
import {
  aCopy,
  aDocument,
  aMemberDocument,
  aMemberState,
  aPeer,
  aRecord,
  aSilentPeer,
  aToldCluster,
  aVolume,
  processesIn,
  seen,
  THIRD,
} from '../member-builder.ts';
import type { EtcdContent, Listing, View } from '../view.ts';
import { aConfig, anEtcdContent, anEtcdMember, aView, CLUSTER, NODE, OTHER } from '../view-builder.ts';
import { aPath, writtenKeys } from './path-builder.ts';

const FOREIGN = '88888888-8888-4888-8888-888888888888';
const FRESH = 'cccccccc';
const listed = (...addresses: string[]) =>
  seen<Listing>({ instances: addresses.map((address) => ({ address, runningSinceMs: null })) });
const everybody = listed('10.0.0.1', '10.0.0.2', '10.0.0.3');
const records = [aRecord(NODE, '10.0.0.1'), aRecord(OTHER), aRecord(THIRD, '10.0.0.3')];
const mirror: Mirror = {
  version: 1,
  clusterId: CLUSTER,
  epoch: 1,
  revision: 7,
  members: records,
  voters: [NODE, OTHER, THIRD].map((nodeId) => memberName(nodeId, 'aaaaaaaa')),
  lastPrimary: OTHER,
  initialize: '7000',
  history: null,
  config: '{}',
};
const writtenFor = { clusterId: CLUSTER, epoch: 1, seededBy: null };
const ownEtcd: NodeState['etcd'] = { incarnation: 'aaaaaaaa', started: true, writtenFor };
const status = {
  memberId: '1',
  leaderId: '1',
  raftTerm: 2,
  raftIndex: 5,
  raftAppliedIndex: 5,
  dbSizeBytes: 0,
  isLearner: false,
  version: '3.5.30',
  errors: [],
};

/** A member of three whose Patroni and etcd run. */
function aRunningMember(difference: Partial<View> = {}, state: Partial<NodeState> = {}): View {
  return aView({
    state: aMemberState({ etcd: ownEtcd, startIds: ['1-aaaaaaaa'], ...state }),
    mirror,
    volume: aVolume(aCopy('7000'), { etcdData: true }),
    processes: processesIn({ etcd: 'running', patroni: 'running' }),
    listing: everybody,
    latestListing: everybody,
    ...difference,
  });
}

function answering(nodeId: string, address: string, difference: Partial<StatusDocument> = {}) {
  const { postgres } = aMemberDocument().volume;
  return aPeer(aMemberDocument({ nodeId, address, volume: { postgres, etcd: true }, ...difference }));
}

/** What etcd holds while `OTHER` leads Patroni. */
function aQuorateEtcd(difference: Partial<EtcdContent> = {}): View['etcd'] {
  const members = [NODE, OTHER, THIRD].map((nodeId) => anEtcdMember(memberName(nodeId, 'aaaaaaaa')));
  const patroni = { ...anEtcdContent().patroni, initialize: '7000', config: '{}', leader: OTHER };
  const startId = { startId: '1-aaaaaaaa' };
  return seen(
    anEtcdContent({
      members,
      records: records.map((record) => (record.nodeId === NODE ? { ...record, ...startId } : record)),
      copyHolders: [{ nodeId: NODE, address: '10.0.0.1' }],
      provisioned: true,
      userData: true,
      patroni,
      ...difference,
    }),
  );
}

const serving = { role: 'primary', state: 'running', timeline: 1, lsn: '0/2000000', streaming: false };

describe('a node that was switched off for too long', () => {
  const off = (difference: Partial<View> = {}) => {
    const view = aRunningMember({
      processes: processesIn({}),
      peers: [answering(OTHER, '10.0.0.2')],
      ...difference,
    });
    const lastTick = { atMs: null, wallMs: view.wallMs - 400_000 };
    return { ...view, memory: { ...view.memory, standing: { ...view.memory.standing, lastTick } } };
  };

  it('starts nothing until all have answered, is released, and then goes on as before', async () => {
    const path = aPath(off({ peers: [answering(OTHER, '10.0.0.2'), aSilentPeer('10.0.0.3')] }));
    expect(await path.run(4)).toEqual(['ticks-stopped: persist-state', 'stale-waits']);
    path.see({ peers: [answering(OTHER, '10.0.0.2'), answering(THIRD, '10.0.0.3')] });
    expect(await path.run(2)).toEqual([
      'stale-all-accounted: persist-state',
      'enough-voters-answer: start-etcd',
    ]);
    path.see({
      etcd: aQuorateEtcd(),
      localEtcd: seen({ ...status, leaderId: '2' }),
      peers: [answering(OTHER, '10.0.0.2', { postgres: serving }), answering(THIRD, '10.0.0.3')],
    });
    expect(await path.run(3)).toEqual(['mirror-outdated: write-mirror', 'key-held: start-patroni', 'steady']);
    expect(path.view().state).toMatchObject({ stale: null, etcd: ownEtcd, startIds: ['1-aaaaaaaa'] });
  });

  it('stops what still runs, Patroni first', async () => {
    const path = aPath(off({ processes: processesIn({ patroni: 'running', etcd: 'running' }) }));
    expect(await path.run(4)).toEqual([
      'stale: stop patroni',
      'ticks-stopped: persist-state',
      'stale: stop etcd',
      'stale-waits',
    ]);
  });

  it('follows those that have gone on without it', async () => {
    const path = aPath(off());
    await path.run(2);
    const cluster = aToldCluster({ epoch: 2, seededBy: OTHER });
    path.see({ peers: [answering(OTHER, '10.0.0.2', { cluster }), aSilentPeer('10.0.0.3')] });
    const steps = await path.run(3);
    expect(steps).toContain('higher-epoch-heard: persist-state');
    expect(path.view().state).toMatchObject({ cluster: { epoch: 2, seededBy: OTHER, founder: false } });
  });

  it('learns from etcd who belongs where it had no mirror, and is released by that', async () => {
    const path = aPath(off({ mirror: null, volume: aVolume({ kind: 'absent' }) }));
    expect(await path.run(3)).toEqual(['ticks-stopped: persist-state', 'stale-mirror-unknown']);
    const peers = [answering(OTHER, '10.0.0.2'), answering(THIRD, '10.0.0.3')];
    path.see({ etcd: aQuorateEtcd(), peers });
    const steps = await path.run(3);
    expect(steps.slice(0, 2)).toEqual([
      'mirror-outdated: write-mirror',
      'stale-all-accounted: persist-state',
    ]);
  });

  it('that founds is not held up by its absence: nobody else could have gone on', async () => {
    const cluster = { id: CLUSTER, epoch: 1, seededBy: null, founder: true, seeding: true, adopts: null };
    const fresh = { incarnation: 'aaaaaaaa', started: false, writtenFor: null };
    const view = off({
      mirror: null,
      volume: aVolume({ kind: 'absent' }),
      peers: [],
      state: aMemberState({ cluster, etcd: fresh }),
      config: aConfig({ FLUX_API_URL: 'http://10.0.0.100:16127' }),
      witnesses: { total: 1, answers: [] },
    });
    const at = { nowMs: view.nowMs, wallMs: view.wallMs, fenceAfterMs: 300_000, witnessTotal: 1 };
    const fencing = startFencing({ assuredWallMs: view.wallMs - 400_000 }, at);
    const standing = { ...view.memory.standing, fencing };
    const path = aPath({ ...view, memory: { ...view.memory, standing } });
    expect(await path.run(2)).toEqual(['founder-starts-etcd: start-etcd', 'etcd-unreachable']);
  });
});

describe('an older state of a volume that was put back', () => {
  it('is marked, loses its etcd data, follows, and is made good by that', async () => {
    const remembers = { [NODE]: '2-bbbbbbbb' };
    const view = aRunningMember(
      { peers: [answering(OTHER, '10.0.0.2', { remembers, postgres: serving })], localEtcd: seen(status) },
      { startIds: ['1-aaaaaaaa', '3-cccccccc'] },
    );
    const path = aPath(view);
    expect(await path.run(5)).toEqual([
      'volume-restored: persist-state',
      'volume-restored: stop patroni',
      'volume-restored: stop etcd',
      'volume-restored: renew-incarnation',
      'volume-restored: persist-state',
    ]);
    expect(path.view().state).toMatchObject({
      restored: true,
      startIds: ['1-aaaaaaaa', '2-bbbbbbbb', '3-cccccccc'],
      etcd: { incarnation: FRESH, started: false },
    });
    const members = [OTHER, THIRD].map((nodeId) => anEtcdMember(memberName(nodeId, 'aaaaaaaa')));
    const own = { ...aRecord(NODE, '10.0.0.1'), startId: '3-cccccccc' };
    path.see({
      etcd: aQuorateEtcd({ members, records: [own, ...records.slice(1)] }),
      localEtcd: { ok: false, error: 'refused' },
    });
    expect(await path.run(2)).toEqual(['mirror-outdated: write-mirror', 'key-held: start-patroni']);
    const replica = { role: 'replica', state: 'running', timeline: 1, lsn: '0/2000000', replicating: [] };
    path.see({ postgres: seen({ ...replica, streaming: true }) });
    expect(await path.run(1)).toEqual(['restored-copy-followed: persist-state']);
    expect(path.view().state.restored).toBe(false);
    expect(await path.run(3)).not.toContain('volume-restored: persist-state');
  });
});

describe('a clash', () => {
  const foreign = answering(OTHER, '10.0.0.2', {
    cluster: aToldCluster({ id: FOREIGN, epoch: 2, seededBy: OTHER, userData: true, foundedAtMs: 1 }),
  });

  it('makes the empty cluster stop, keep all its data aside, and join the other one', async () => {
    const cluster = { id: CLUSTER, epoch: 1, seededBy: null, superuser: 'postgres', foundedAtMs: 9 };
    const etcd = aQuorateEtcd({ userData: false, cluster });
    const stamped = { declaredGone: [THIRD], withdrawn: [FOREIGN] };
    const path = aPath(aRunningMember({ peers: [foreign], etcd, localEtcd: seen(status) }, stamped));
    expect(await path.run(3)).toEqual([
      'empty-cluster-yields: stop patroni',
      'empty-cluster-yields: stop etcd',
      'empty-cluster-yields: yield-cluster',
    ]);
    path.see({ etcd: { ok: false, error: 'refused' }, localEtcd: { ok: false, error: 'refused' } });
    expect(path.view()).toMatchObject({
      state: {
        cluster: { id: FOREIGN, epoch: 2, seededBy: OTHER, founder: false },
        intent: null,
        etcd: { incarnation: FRESH, started: false },
        ...stamped,
      },
      volume: { postgres: { kind: 'absent' }, etcdData: false, setAside: true },
    });
    const steps = await path.run(3);
    expect(steps.filter((step) => step.includes(':'))).toEqual([]);
    const foreignKey = { id: FOREIGN, epoch: 2, seededBy: OTHER, superuser: 'postgres', foundedAtMs: 1 };
    path.see({ etcd: aQuorateEtcd({ cluster: foreignKey, members: [], records: [aRecord(OTHER)] }) });
    expect(await path.run(2)).toContain('member-admitted: put-record');
  });

  it('of two with data makes the younger hold still until it is over', async () => {
    const cluster = { id: CLUSTER, epoch: 1, seededBy: null, superuser: 'postgres', foundedAtMs: 9 };
    const etcd = aQuorateEtcd({ cluster });
    const path = aPath(
      aRunningMember({ peers: [foreign], etcd, localEtcd: seen({ ...status, leaderId: '2' }) }),
    );
    const steps = await path.run(8);
    expect(steps[0]).toBe('younger-cluster-stops: stop patroni');
    expect(steps.filter((step) => /patroni$/.test(step))).toHaveLength(1);
    expect(steps.at(-1)).toBe('younger-cluster-stops');
    expect(path.view()).toMatchObject({ state: { cluster: { id: CLUSTER } }, volume: { etcdData: true } });
  });
});

describe('a volume of version 1', () => {
  it('is adopted, leads the founding by its data, and begins without a bootstrap', async () => {
    const two = listed('10.0.0.1', '10.0.0.2');
    const start = aView({
      volume: aVolume({ kind: 'absent' }, { atRoot: true }),
      listing: two,
      latestListing: two,
      expectedNodes: 2,
      peers: [aPeer(aDocument({ expectedNodes: 2 }))],
    });
    const path = aPath(start);
    expect((await path.run(1))[0]).toBe('volume-of-version-1: adopt-root-data');
    expect(path.view().volume).toMatchObject({ atRoot: false, postgres: { kind: 'copy' } });
    expect(await path.run(3)).toEqual(['furthest-copy: propose', 'waiting-for-joins']);
    const { founding } = path.view().state;
    if (founding.kind !== 'proposed') throw new Error('nothing was proposed');
    expect(founding).toMatchObject({ systemId: '7000', expectedNodes: 2 });
    const { kind: _, ...terms } = founding;
    const joined = { kind: 'joined' as const, ...terms, proposerNodeId: NODE, proposerAddress: '10.0.0.1' };
    path.see({ peers: [aPeer(aDocument({ expectedNodes: 2, founding: joined }))] });
    expect(await path.run(2)).toEqual(['majority-joined: persist-state', 'founder-starts-etcd: start-etcd']);
    const members = [anEtcdMember(memberName(NODE, 'aaaaaaaa'))];
    path.see({
      localEtcd: seen(status),
      etcd: seen(anEtcdContent({ cluster: null, bootstrap: null, members })),
    });
    expect(await path.run(2)).toEqual([
      'etcd-has-started: persist-state',
      'cluster-keys-missing: write-cluster-keys',
    ]);
    expect(writtenKeys(path)).toEqual([
      'patroni/initialize',
      'patroni/config',
      `copies/${NODE}`,
      'user-data',
      `members/${NODE}`,
      'cluster',
    ]);
    expect(path.view().volume.postgres.kind).toBe('copy');
  });

  it('whose copy cannot be read when the keys are due gets no keys of an empty cluster', async () => {
    const cluster = { id: CLUSTER, epoch: 1, seededBy: null, founder: true, seeding: true, adopts: '7000' };
    const volume = aVolume({ kind: 'unreadable', reason: 'EIO', majorVersion: null }, { etcdData: true });
    const members = [anEtcdMember(memberName(NODE, 'aaaaaaaa'))];
    const path = aPath(
      aView({
        state: aMemberState({ cluster, etcd: ownEtcd }),
        volume,
        processes: processesIn({ etcd: 'running' }),
        localEtcd: seen(status),
        etcd: seen(anEtcdContent({ cluster: null, bootstrap: null, members })),
      }),
    );
    await expect(path.run(1)).rejects.toThrow('7000');
    expect(writtenKeys(path)).toEqual([]);
  });
});

describe('a founding that begins empty', () => {
  it('is proposed, sealed, started and seeded, each once', async () => {
    const single = listed('10.0.0.1');
    const path = aPath(
      aView({
        config: aConfig({ CLUSTER_SIZE: '1' }),
        expectedNodes: 1,
        listing: single,
        latestListing: single,
      }),
    );
    expect(await path.run(4)).toEqual([
      'lowest-address: propose',
      'majority-joined: persist-state',
      'founder-starts-etcd: start-etcd',
      'etcd-unreachable',
    ]);
    const { state } = path.view();
    const key = {
      id: state.cluster?.id ?? '',
      epoch: 1,
      seededBy: null,
      superuser: 'postgres',
      foundedAtMs: 1,
    };
    const members = [anEtcdMember(memberName(NODE, 'aaaaaaaa'))];
    path.see({
      localEtcd: seen(status),
      etcd: seen(anEtcdContent({ cluster: null, bootstrap: null, members })),
    });
    expect(await path.run(2)).toEqual([
      'etcd-has-started: persist-state',
      'cluster-keys-missing: write-cluster-keys',
    ]);
    expect(writtenKeys(path)).toEqual(['bootstrap', 'user-data', `members/${NODE}`, 'cluster']);
    path.see({ etcd: seen(anEtcdContent({ cluster: key, members, records: [aRecord(NODE, '10.0.0.1')] })) });
    const steps = await path.run(5);
    expect(steps.slice(0, 3)).toEqual([
      'mirror-outdated: write-mirror',
      'epoch-seeded: persist-state',
      'bootstrap-granted: start-patroni',
    ]);
    // While PostgreSQL is initialised there is nothing else to do.
    expect(steps.slice(3).filter((step) => step.includes(':'))).toEqual([]);
  });
});

describe('lost data', () => {
  it('is told until a person permits to begin anew, which is for one beginning', async () => {
    const mirrored = { ...mirror, members: records.slice(0, 2), lastPrimary: THIRD };
    const peers = [answering(OTHER, '10.0.0.2')];
    const lost = { records: records.slice(0, 2), copyHolders: [{ nodeId: THIRD, address: '10.0.0.3' }] };
    const patroni = { ...anEtcdContent().patroni, initialize: '7000', config: '{}' };
    const etcd = aQuorateEtcd({ ...lost, patroni, bootstrap: THIRD });
    const start = aRunningMember(
      {
        mirror: mirrored,
        peers,
        etcd,
        localEtcd: seen({ ...status, leaderId: '2' }),
        volume: aVolume({ kind: 'absent' }, { etcdData: true }),
        processes: processesIn({ etcd: 'running' }),
      },
      { declaredGone: [THIRD], startIds: [] },
    );
    const path = aPath(start);
    expect((await path.run(4)).at(-1)).toBe('data_lost');
    path.see({ operatorOrder: { kind: 'permit-founding', addresses: ['10.0.0.3'] } });
    // For half a minute everybody has to go on saying that he holds nothing.
    const permitted = await path.run(40);
    expect(permitted.slice(0, 3)).toEqual([
      'operator-permits-founding: persist-order',
      'waiting-for-leader',
      'copies-gone: grant-bootstrap',
    ]);
    expect(path.view().state).toMatchObject({ permitsNewData: true, declaredGone: [THIRD] });
    path.see({
      etcd: aQuorateEtcd({ ...lost, copyHolders: [], bootstrap: NODE, patroni: anEtcdContent().patroni }),
    });
    const steps = await path.run(3);
    expect(steps).toContain('bootstrap-granted: start-patroni');
    const led = { ...anEtcdContent().patroni, initialize: '8000', config: '{}', leader: NODE };
    const postgres = {
      role: 'primary',
      state: 'running',
      timeline: 1,
      lsn: '0/1',
      streaming: false,
      replicating: [],
    };
    path.see({ etcd: aQuorateEtcd({ ...lost, bootstrap: NODE, patroni: led }), postgres: seen(postgres) });
    expect(await path.run(3)).toContain('permission-used: persist-state');
    expect(path.view().state.permitsNewData).toBe(false);
  });
});

describe('a founder that is gone for good', () => {
  it('that went with the only copy while the others cloned lets another begin anew', async () => {
    const patroni = { ...anEtcdContent().patroni, initialize: '7000', config: '{}' };
    const two = records.slice(0, 2).map((record) => ({ ...record, startId: '1-aaaaaaaa' }));
    const copyHolders = [{ nodeId: THIRD, address: '10.0.0.3' }];
    const etcd = aQuorateEtcd({ patroni, bootstrap: THIRD, userData: false, copyHolders, records: two });
    const idle = {
      role: 'replica',
      state: 'stopped',
      timeline: null,
      lsn: null,
      streaming: false,
      replicating: [],
    };
    const path = aPath(
      aRunningMember(
        {
          etcd,
          localEtcd: seen({ ...status, leaderId: '2' }),
          volume: aVolume({ kind: 'absent' }, { etcdData: true }),
          peers: [answering(OTHER, '10.0.0.2', { runs: { patroni: false, etcd: true } })],
          postgres: seen(idle),
        },
        { declaredGone: [THIRD] },
      ),
    );
    expect(await path.run(400)).toContain('copies-gone: grant-bootstrap');
  });
});
