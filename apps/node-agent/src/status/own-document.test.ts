import { memberName } from '@flux-pg/etcd-membership';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  aCopy,
  aJoin,
  aMemberState,
  aMirror,
  aRecord,
  aRunningPostgres,
  aVolume,
  processesIn,
  seen,
  THIRD,
} from '../loop/member-builder.ts';
import type { View } from '../loop/view.ts';
import { aConfig, aMemory, anEtcdContent, aView, CLUSTER, NODE, OTHER } from '../loop/view-builder.ts';
import { aGeneratedView } from '../loop/view-generator.ts';
import { statusDocumentSchema } from './document.ts';
import { ownDocument } from './own-document.ts';

const told = { software: '1.0.0', fingerprint: 'ab12', reason: 'steady' };
const facts = { ...told, nowMs: aView().lookedAtMs + 2500 };

describe('the status of a node', () => {
  it('of a virgin says that it is one, and under which name it would join etcd', () => {
    const view = aView();
    expect(ownDocument(view, view.state, facts)).toEqual({
      protocol: 1,
      ...told,
      ageMs: 2500,
      nodeId: NODE,
      address: '10.0.0.1',
      ports: view.config.hostPorts,
      expectedNodes: 3,
      virgin: true,
      startIds: [],
      remembers: {},
      restored: false,
      cluster: null,
      founding: { kind: 'none' },
      withdrawn: [],
      promisedEpoch: 1,
      intent: null,
      cancelledIntents: [],
      declaredGone: [],
      stale: null,
      notStaleForMs: 0,
      listedByQuorum: null,
      runs: { patroni: false, etcd: false },
      volume: {
        postgres: {
          kind: 'absent',
          systemId: null,
          timeline: null,
          walEnd: null,
          controlState: null,
          consistent: true,
          history: [],
          operation: null,
          setAside: false,
        },
        etcd: false,
      },
      etcd: { memberName: memberName(NODE, 'aaaaaaaa'), running: false, reading: null },
      postgres: null,
      heard: {},
      mirror: null,
    });
  });

  it('tells a promise as soon as it is on disk, and not what the last look saw', () => {
    const founding = aJoin();
    const view = aView();
    expect(ownDocument(view, { ...view.state, founding }, facts).founding).toEqual(founding);
    const sealed = ownDocument(view, aMemberState(), facts);
    expect(sealed).toMatchObject({ virgin: false, cluster: { id: CLUSTER, epoch: 1 } });
    expect(sealed.cluster).not.toHaveProperty('founder');
  });

  it('tells what the volume holds and what runs', () => {
    const reading = {
      memberId: '1',
      leaderId: '1',
      raftTerm: 2,
      raftIndex: 5,
      raftAppliedIndex: 5,
      dbSizeBytes: 0,
      isLearner: false,
      version: '3.5.30',
      errors: ['etcdserver: no leader'],
    };
    const view = aView({
      volume: aVolume(aCopy('7000'), { etcdData: true }),
      processes: processesIn({ etcd: 'running' }),
      localEtcd: seen(reading),
      postgres: seen(aRunningPostgres({ role: 'replica', timeline: 3, lsn: '0/3000000', streaming: true })),
    });
    expect(ownDocument(view, aMemberState(), facts)).toMatchObject({
      runs: { patroni: false, etcd: true },
      volume: {
        postgres: {
          kind: 'copy',
          systemId: '7000',
          timeline: 1,
          walEnd: { timeline: 1, lsn: '0/1000078' },
          controlState: 'shut down',
        },
        etcd: true,
      },
      etcd: { running: true, reading: { memberId: '1', leaderId: '1', errors: ['etcdserver: no leader'] } },
      postgres: { role: 'replica', state: 'running', timeline: 3, lsn: '0/3000000', streaming: true },
    });
  });

  it('does not say that it holds etcd data where that is of another epoch', () => {
    const view = aView({ volume: aVolume({ kind: 'absent' }, { etcdData: true }) });
    const etcd = {
      incarnation: 'aaaaaaaa',
      started: true,
      writtenFor: { clusterId: CLUSTER, epoch: 1, seededBy: null },
    };
    const cluster = { id: CLUSTER, epoch: 2, seededBy: OTHER, founder: false };
    const holds = (state: Partial<View['state']>) =>
      ownDocument(view, aMemberState(state), facts).volume.etcd;
    expect(holds({ etcd })).toBe(true);
    expect(holds({ etcd, cluster })).toBe(false);
  });

  it('of a node that has recovered names the seeder of its epoch, and what it gave up', () => {
    const cancelled = { clusterId: CLUSTER, epoch: 2, seederNodeId: OTHER };
    const state = aMemberState({
      cluster: { id: CLUSTER, epoch: 3, seededBy: NODE, founder: true, seeding: true, foundedAtMs: 7 },
      cancelledIntents: [cancelled],
      startIds: ['1-aaaaaaaa', '2-bbbbbbbb'],
      restored: true,
    });
    expect(ownDocument(aView(), state, facts)).toMatchObject({
      cluster: { id: CLUSTER, epoch: 3, seededBy: NODE, foundedAtMs: 7, userData: null },
      intent: null,
      cancelledIntents: [cancelled],
      startIds: ['1-aaaaaaaa', '2-bbbbbbbb'],
      restored: true,
    });
  });

  it('tells who sealed the cluster, so that a joiner knows whom it would wait for', () => {
    const sealedBy = { nodeId: OTHER, address: '10.0.0.2' };
    const told = (difference: object) => {
      const cluster = { id: CLUSTER, epoch: 1, founder: false, ...difference };
      return ownDocument(aView(), aMemberState({ cluster }), facts).cluster?.sealedBy;
    };
    expect(told({ sealedBy })).toEqual(sealedBy);
    expect(told({})).toBeNull();
  });

  it('tells nobody who sealed a cluster that has other voters since', () => {
    const sealedBy = { nodeId: OTHER, address: '10.0.0.2' };
    const state = aMemberState({ cluster: { id: CLUSTER, epoch: 1, founder: false, sealedBy } });
    const told = (voters: readonly string[]) =>
      ownDocument(aView({ state, mirror: aMirror({ voters: [...voters] }) }), state, facts).cluster?.sealedBy;
    const sealer = memberName(OTHER, 'bbbbbbbb');
    expect(told([sealer])).toEqual(sealedBy);
    expect(told([sealer, memberName(THIRD, 'cccccccc')])).toBeNull();
    expect(told([memberName(THIRD, 'cccccccc')])).toBeNull();
  });

  it('of a stale node says why, and does not vouch for anybody', () => {
    const view = aView({ nowMs: 1_060_000 });
    expect(ownDocument(view, aMemberState(), facts)).toMatchObject({ stale: null, notStaleForMs: 60_000 });
    const stale = { cause: 'fenced' as const, sinceWallMs: 1 };
    expect(ownDocument(view, aMemberState({ stale }), facts)).toMatchObject({
      stale: 'fenced',
      notStaleForMs: null,
    });
  });

  it('of a node that has to stop and cannot write that down is that of a stale one', () => {
    const { standing } = aMemory();
    const overdue = aMemory({ standing: { ...standing, fencing: { ...standing.fencing, overdue: true } } });
    const lastTick = { atMs: 0, wallMs: aView().wallMs - 600_000 };
    const away = aMemory({ standing: { ...standing, lastTick } });
    const of = (memory: View['memory']) => {
      const state = aMemberState();
      return ownDocument(aView({ state, memory, mirror: aMirror() }), state, facts);
    };
    expect(of(aMemory())).toMatchObject({ stale: null, notStaleForMs: expect.any(Number) });
    expect(of(overdue)).toMatchObject({ stale: 'fenced', notStaleForMs: null });
    expect(of(away)).toMatchObject({ stale: 'stopped', notStaleForMs: null });
  });

  it('does not say what runs beside a promise that is younger than the look', () => {
    const intent = { clusterId: CLUSTER, epoch: 2, seederNodeId: OTHER, participants: [NODE, OTHER] };
    const runs = (before: View['state']['intent'], now: View['state']['intent']) =>
      ownDocument(aView({ state: aMemberState({ intent: before }) }), aMemberState({ intent: now }), facts)
        .runs;
    const unknown = { patroni: null, etcd: null };
    expect(runs(null, intent)).toEqual(unknown);
    expect(runs({ ...intent, epoch: 3 }, intent)).toEqual(unknown);
    expect(runs({ ...intent, seederNodeId: NODE }, intent)).toEqual(unknown);
    expect(runs(intent, { ...intent })).toEqual({ patroni: false, etcd: false });
    expect(runs(null, null)).toEqual({ patroni: false, etcd: false });
  });

  it('says that the database runs as long as PostgreSQL does, with Patroni or without', () => {
    const runs = (processes: View['processes']) =>
      ownDocument(aView({ processes }), aView().state, facts).runs;
    expect(runs(processesIn({ postgres: 'running' }))).toEqual({ patroni: true, etcd: false });
    expect(runs(processesIn({ patroni: 'running' })).patroni).toBe(true);
    expect(runs(processesIn({})).patroni).toBe(false);
    expect(runs({ ok: false, error: 'timeout' }).patroni).toBeNull();
  });

  it('tells whether it is listed now, and nothing about that without witnesses', () => {
    const listed = (addresses: readonly string[]) => {
      const witnesses = { total: 1, answers: [{ witness: 'api', addresses, atMs: aView().nowMs }] };
      return ownDocument(aView({ witnesses }), aMemberState(), facts).listedByQuorum;
    };
    expect(listed(['10.0.0.1'])).toBe(true);
    expect(listed(['10.0.0.2'])).toBe(false);
    expect(ownDocument(aView(), aMemberState(), facts).listedByQuorum).toBeNull();
  });

  it('remembers the last start of each other member, for one that comes back with an older volume', () => {
    const started = { ...aRecord(OTHER), startId: '4-abcdef01' };
    const own = { ...aRecord(NODE, '10.0.0.1'), startId: '1-abcdef01' };
    const etcd = seen(anEtcdContent({ records: [own, started, aRecord(THIRD, '10.0.0.3')] }));
    const remembers = (view: View) => ownDocument(view, aMemberState(), facts).remembers;
    expect(remembers(aView({ etcd }))).toEqual({ [OTHER]: '4-abcdef01' });
    expect(remembers(aView({ mirror: aMirror({ members: [own, started] }) }))).toEqual({
      [OTHER]: '4-abcdef01',
    });
    const heard = (startId: string, isForgotten: boolean) =>
      remembers(aView({ etcd, memory: aMemory({ heardStarts: { [OTHER]: { startId, isForgotten } } }) }));
    expect(heard('5-abcdef01', false)).toEqual({ [OTHER]: '5-abcdef01' });
    expect(heard('3-abcdef01', false)).toEqual({ [OTHER]: '4-abcdef01' });
    expect(heard('3-abcdef01', true)).toEqual({ [OTHER]: '3-abcdef01' });
  });

  it('tells its newest mirror while etcd does not answer, and only its own cluster’s', () => {
    const mirror = aMirror({ revision: 4, initialize: '7000' });
    const told = (difference: Partial<View>) =>
      ownDocument(aView({ mirror, ...difference }), aMemberState(), facts).mirror;
    expect(told({})).toMatchObject({ revision: 4, initialize: '7000', userData: null, copyHolders: [] });
    expect(told({ etcd: seen(anEtcdContent()) })).toBeNull();
    expect(told({ mirror: { ...mirror, clusterId: OTHER } })).toBeNull();
    expect(ownDocument(aView({ mirror }), aView().state, facts).mirror).toBeNull();
  });

  it('tells its mirror also while it is stale and reads its etcd', () => {
    const mirror = aMirror({ revision: 7 });
    const told = (stale: View['state']['stale']) => {
      const state = aMemberState({ stale });
      return ownDocument(aView({ state, mirror, etcd: seen(anEtcdContent()) }), state, facts).mirror;
    };
    expect(told(null)).toBeNull();
    expect(told({ cause: 'fenced', sinceWallMs: 1 })).toMatchObject({ revision: 7 });
  });

  it('knows of user data and of the founding what etcd says, else what the mirror kept', () => {
    const cluster = (view: View) => ownDocument(view, aMemberState(), facts).cluster;
    const etcd = seen(anEtcdContent({ userData: false }));
    const mirror = aMirror({ userData: true, foundedAtMs: 5 });
    expect(cluster(aView({ etcd, mirror }))).toMatchObject({ userData: false, foundedAtMs: 0 });
    expect(cluster(aView({ mirror }))).toMatchObject({ userData: true, foundedAtMs: 5 });
    expect(cluster(aView())).toMatchObject({ userData: null, foundedAtMs: null });
    // While it reads another cluster's etcd, or one whose keys are not written yet.
    const other = { id: OTHER, epoch: 1, seededBy: null, superuser: 'postgres', foundedAtMs: 9 };
    for (const foreign of [other, null]) {
      const view = aView({ etcd: seen(anEtcdContent({ cluster: foreign })), mirror });
      expect(cluster(view)).toMatchObject({ userData: true, foundedAtMs: 5 });
    }
  });

  it('tells how long ago each member gave a sign of life', () => {
    const view = aView();
    const memory = { ...view.memory, heardAtMs: { [OTHER]: view.nowMs - 12_400 } };
    expect(ownDocument({ ...view, memory }, view.state, facts).heard).toEqual({ [OTHER]: 12 });
  });

  it('holds no secret', () => {
    const config = aConfig({ SSL_PASSPHRASE: 'the passphrase of the cluster' });
    const text = JSON.stringify(ownDocument(aView({ config }), aMemberState(), facts));
    for (const secret of ['superuser-password', 'replication-password', 'api-password', 'passphrase']) {
      expect(text).not.toContain(secret);
    }
  });

  it('can be read by its peers, whatever the node sees', () => {
    fc.assert(
      fc.property(aGeneratedView(), (view) => {
        const sent: unknown = JSON.parse(JSON.stringify(ownDocument(view, view.state, facts)));
        expect(statusDocumentSchema.safeParse(sent).error).toBeUndefined();
      }),
      { numRuns: 300 },
    );
  });
});
