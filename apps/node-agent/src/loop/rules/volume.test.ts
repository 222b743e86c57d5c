import { describe, expect, it } from 'vitest';
import {
  aCopy,
  aMemberDocument,
  aMemberState,
  aPeer,
  aRecord,
  aToldCluster,
  aVolume,
  processesIn,
  seen,
  unfinishedClone,
} from '../member-builder.ts';
import { remember } from '../remember.ts';
import type { EtcdContent, LocalPostgres, View } from '../view.ts';
import { aMemory, anEtcdContent, aView, CLUSTER, NODE, OTHER } from '../view-builder.ts';
import {
  adoptRootData,
  endRestored,
  isLockIdle,
  leaveUnreadable,
  noteRestored,
  releaseIdleLock,
  renewStartId,
  repeatBootstrap,
  setAsideUnfinished,
} from './volume.ts';

const patroniKeys = anEtcdContent().patroni;

function inCluster(
  postgres: View['volume']['postgres'],
  content: Partial<EtcdContent> = {},
  difference: Partial<View> = {},
): View {
  return aView({
    state: aMemberState(),
    volume: aVolume(postgres),
    etcd: seen(anEtcdContent(content)),
    ...difference,
  });
}

describe('a volume without a cluster id', () => {
  const atRoot = aVolume({ kind: 'absent' }, { atRoot: true });

  it('of version 1 is adopted before anything else is done with it', () => {
    expect(adoptRootData.apply(aView({ volume: atRoot }))).toEqual({
      action: { kind: 'adopt-root-data' },
      reason: 'volume-of-version-1',
      detail: '',
    });
    expect(adoptRootData.apply(aView())).toBeNull();
  });

  it('is left alone while it cannot be adopted', () => {
    expect(leaveUnreadable.apply(aView({ volume: atRoot }))).toMatchObject({
      action: { kind: 'wait' },
      reason: 'volume-of-version-1',
    });
  });

  it('is left alone when its PGDATA cannot be read', () => {
    const view = aView({ volume: aVolume({ kind: 'unreadable', reason: 'of 14', majorVersion: 14 }) });
    expect(leaveUnreadable.apply(view)).toMatchObject({
      action: { kind: 'wait' },
      reason: 'postgres-data-unreadable',
      detail: 'of 14',
    });
  });

  it('is used when it is empty, or holds a copy', () => {
    expect(leaveUnreadable.apply(aView())).toBeNull();
    expect(leaveUnreadable.apply(aView({ volume: aVolume(aCopy('7000')) }))).toBeNull();
  });

  it('is judged by other rules once it belongs to a cluster', () => {
    const view = inCluster({ kind: 'unreadable', reason: 'EIO', majorVersion: null });
    expect(leaveUnreadable.apply(view)).toBeNull();
    expect(adoptRootData.apply(inCluster({ kind: 'absent' }, {}, { volume: atRoot }))).toBeNull();
  });
});

describe('an older state of the volume', () => {
  const startIds = ['1-aaaaaaaa', '4-dddddddd'];
  const remembering = (startId: string) => [aPeer(aMemberDocument({ remembers: { [NODE]: startId } }))];
  const restored = (difference: Partial<View> = {}) =>
    inCluster(
      aCopy('7000'),
      {},
      {
        state: aMemberState({ startIds, declaredGone: [OTHER] }),
        peers: remembering('3-cccccccc'),
        ...difference,
      },
    );

  it('is proven by a start that a peer or etcd remembers and the volume does not', () => {
    expect(noteRestored.apply(restored())).toMatchObject({ reason: 'volume-restored', detail: OTHER });
    const records = [{ ...aRecord(NODE), startId: '3-cccccccc' }];
    const etcd = seen(anEtcdContent({ records }));
    expect(noteRestored.apply(restored({ peers: [], etcd }))).toMatchObject({ detail: 'etcd' });
    expect(noteRestored.apply(restored({ peers: remembering('1-aaaaaaaa') }))).toBeNull();
    expect(noteRestored.apply(restored({ peers: remembering('4-dddddddd') }))).toBeNull();
    expect(noteRestored.apply(restored({ peers: [] }))).toBeNull();
  });

  it('is not told by nodes of other clusters, nor of a node without one', () => {
    const stranger = aMemberDocument({
      remembers: { [NODE]: '3-cccccccc' },
      cluster: aToldCluster({ id: OTHER }),
    });
    expect(noteRestored.apply(restored({ peers: [aPeer(stranger)] }))).toBeNull();
    expect(noteRestored.apply(restored({ state: aMemberState({ startIds, cluster: null }) }))).toBeNull();
  });

  it('is marked before anything else, so that its copy does not lead whatever fails after that', () => {
    const view = restored({ processes: processesIn({ patroni: 'running', etcd: 'running' }) });
    expect(noteRestored.apply(view)?.action).toEqual({
      kind: 'persist-state',
      state: { ...view.state, restored: true },
    });
  });

  it('runs neither Patroni nor etcd, and no vote that its etcd has forgotten is cast again', () => {
    const volume = aVolume(aCopy('7000'), { etcdData: true });
    const state = aMemberState({ startIds, restored: true });
    const both = restored({ state, volume, processes: processesIn({ patroni: 'running', etcd: 'running' }) });
    expect(noteRestored.apply(both)?.action).toEqual({ kind: 'stop-program', program: 'patroni' });
    const orphan = { ...both, processes: processesIn({ etcd: 'running', postgres: 'running' }) };
    expect(noteRestored.apply(orphan)?.action).toEqual({ kind: 'stop-program', program: 'patroni' });
    const etcd = { ...both, processes: processesIn({ etcd: 'running' }) };
    expect(noteRestored.apply(etcd)?.action).toEqual({ kind: 'stop-program', program: 'etcd' });
    const stopped = { ...both, processes: processesIn({}) };
    expect(noteRestored.apply(stopped)?.action).toEqual({ kind: 'renew-incarnation', quarantine: true });
  });

  it('of this very start is told from it, once the start got another id', () => {
    const lasting = (sinceMs: number, difference: Partial<View> = {}) => {
      const memory = aMemory({ startId: { signature: '4-dddddddd', sinceMs } });
      return aView({ nowMs: 4_000_000, state: aMemberState({ startIds }), memory, ...difference });
    };
    expect(renewStartId.apply(lasting(400_000))).toMatchObject({ action: { kind: 'renew-start-id' } });
    expect(renewStartId.apply(lasting(400_001))).toBeNull();
    expect(renewStartId.apply(lasting(0, { state: aMemberState({ startIds, cluster: null }) }))).toBeNull();
    const renewed = lasting(0, { state: aMemberState({ startIds: [...startIds, '5-eeeeeeee'] }) });
    expect(renewStartId.apply({ ...renewed, memory: remember(renewed) })).toBeNull();
  });

  it('takes the starts that it had forgotten for known, once all that is done', () => {
    const view = restored({ state: aMemberState({ startIds, restored: true, declaredGone: [OTHER] }) });
    const action = noteRestored.apply(view)?.action;
    expect(action).toEqual({
      kind: 'persist-state',
      state: { ...view.state, startIds: ['1-aaaaaaaa', '3-cccccccc', '4-dddddddd'] },
    });
    if (action?.kind !== 'persist-state') throw new Error('the starts are not persisted');
    expect(noteRestored.apply({ ...view, state: action.state })).toBeNull();
  });

  it.each<[string, Partial<LocalPostgres>, boolean]>([
    ['a standby streams', { role: 'replica', streaming: true }, true],
    ['it leads', { role: 'primary' }, true],
    ['a standby does not stream', { role: 'replica' }, false],
    ['a primary still starts', { role: 'primary', state: 'starting' }, false],
  ])('is made good or not when %s', (_name, difference, ended) => {
    const local = { role: '', state: 'running', timeline: 1, lsn: null, streaming: false, replicating: [] };
    const state = aMemberState({ restored: true, startIds });
    const postgres = seen({ ...local, ...difference });
    const decision = endRestored.apply(inCluster(aCopy('7000'), {}, { state, postgres }));
    expect(decision?.action).toEqual(
      ended ? { kind: 'persist-state', state: { ...state, restored: false } } : undefined,
    );
    const other = aMemberState({ startIds });
    expect(endRestored.apply(inCluster(aCopy('7000'), {}, { state: other, postgres }))).toBeNull();
  });

  it('is not made good while PostgreSQL does not answer', () => {
    const state = aMemberState({ restored: true });
    expect(endRestored.apply(inCluster(aCopy('7000'), {}, { state }))).toBeNull();
  });
});

describe('an unfinished copy', () => {
  it.each(['clone', 'initdb'] as const)('of a %s is moved aside', (operation) => {
    const content = { bootstrap: OTHER, patroni: { ...patroniKeys, initialize: '7000' } };
    const view = inCluster({ kind: 'unfinished', operation, reason: 'cut short' }, content);
    expect(setAsideUnfinished.apply(view)).toEqual({
      action: { kind: 'set-aside-pgdata', why: 'unfinished', releaseInitialize: false },
      reason: 'unfinished-copy',
      detail: 'cut short',
    });
  });

  it.each(['starting', 'running', 'stopping', 'backoff'] as const)(
    'stays while Patroni is %s: it may still be written',
    (patroni) => {
      const view = inCluster(unfinishedClone, {}, { processes: processesIn({ patroni }) });
      expect(setAsideUnfinished.apply(view)).toBeNull();
    },
  );

  it('stays while supervisord does not say whether Patroni runs', () => {
    const view = inCluster(unfinishedClone, {}, { processes: { ok: false, error: 'timeout' } });
    expect(setAsideUnfinished.apply(view)).toBeNull();
  });

  it('stays while etcd does not answer', () => {
    const view = inCluster(unfinishedClone, {}, { etcd: { ok: false, error: 'refused' } });
    expect(setAsideUnfinished.apply(view)).toBeNull();
  });

  it('of a rewind is never moved: it may hold what no other node has', () => {
    const view = inCluster({ kind: 'unfinished', operation: 'rewind', reason: 'cut' });
    expect(setAsideUnfinished.apply(view)).toBeNull();
  });

  it('releases the lock on initialize only if it is of an interrupted bootstrap', () => {
    expect(setAsideUnfinished.apply(inCluster(unfinishedClone))).toMatchObject({
      action: { releaseInitialize: true },
    });
    const initialised = { patroni: { ...patroniKeys, initialize: '7000' } };
    for (const content of [initialised, { provisioned: true }, { bootstrap: OTHER }]) {
      expect(setAsideUnfinished.apply(inCluster(unfinishedClone, content))).toMatchObject({
        action: { releaseInitialize: false },
      });
    }
  });

  it.each([
    ['complete copy', aCopy('7000')],
    ['empty volume', { kind: 'absent' }],
    ['unreadable volume', { kind: 'unreadable', reason: 'EIO', majorVersion: null }],
  ] as const)('is none of a %s', (_name, postgres) => {
    expect(setAsideUnfinished.apply(inCluster(postgres))).toBeNull();
  });
});

describe('an interrupted bootstrap', () => {
  const locked = { patroni: { ...patroniKeys, initialize: '' } };

  it('that came to its end is kept, since rows may be in it, and the cluster is told of it', () => {
    // Whether or not the telling was cut short after its first key.
    for (const content of [{}, locked, { patroni: { ...locked.patroni, config: '{}' } }]) {
      expect(repeatBootstrap.apply(inCluster(aCopy('7000'), content))).toEqual({
        action: { kind: 'complete-bootstrap', systemId: '7000' },
        reason: 'bootstrap-completed',
        detail: '',
      });
    }
  });

  it('that left nothing but its lock is repeated', () => {
    expect(repeatBootstrap.apply(inCluster({ kind: 'absent' }, locked))).toEqual({
      action: { kind: 'release-initialize' },
      reason: 'bootstrap-interrupted',
      detail: '',
    });
    expect(repeatBootstrap.apply(inCluster({ kind: 'absent' }))).toBeNull();
  });

  it('leaves alone what cannot be read, and what is set aside by another rule', () => {
    const unreadable = { kind: 'unreadable' as const, reason: 'EIO', majorVersion: null };
    expect(repeatBootstrap.apply(inCluster(unreadable, locked))).toBeNull();
    expect(repeatBootstrap.apply(inCluster(unfinishedClone, locked))).toBeNull();
  });

  it.each<[string, Partial<EtcdContent>, Partial<View>]>([
    ['another node was granted it', { bootstrap: OTHER }, {}],
    ['nobody was granted it', { bootstrap: null }, {}],
    ['the cluster has been initialised', { patroni: { ...patroniKeys, initialize: '7000' } }, {}],
    ['the database was provisioned', { provisioned: true }, {}],
    ['Patroni is at work', {}, { processes: processesIn({ patroni: 'running' }) }],
    ['supervisord does not answer', {}, { processes: { ok: false, error: 'timeout' } }],
    ['etcd does not answer', {}, { etcd: { ok: false, error: 'refused' } }],
    [
      'the cluster was founded on the data',
      {},
      { state: aMemberState({ cluster: { id: CLUSTER, epoch: 1, founder: true, adopts: '7000' } }) },
    ],
    ['the copy was noted as one of the cluster’s', { copyHolders: [{ nodeId: NODE, address: null }] }, {}],
  ])('is none when %s', (_name, content, difference) => {
    expect(repeatBootstrap.apply(inCluster(aCopy('7000'), content, difference))).toBeNull();
  });
});

describe('a lock on initialize beside an idle Patroni', () => {
  const locked = { patroni: { ...patroniKeys, initialize: '' } };
  const idle = (state: string) =>
    seen({ role: 'replica', state, timeline: null, lsn: null, streaming: false, replicating: [] });
  const since = (ms: number | null, content: Partial<EtcdContent> = locked) => {
    const view = inCluster({ kind: 'absent' }, content, { postgres: idle('stopped') });
    const idleLockSinceMs = ms === null ? null : view.nowMs - ms;
    return releaseIdleLock.apply({ ...view, memory: { ...view.memory, idleLockSinceMs } });
  };

  it('is nobody’s after half a minute, and is released by the grantee', () => {
    expect(since(29_999)).toBeNull();
    expect(since(30_000)).toEqual({
      action: { kind: 'release-initialize' },
      reason: 'bootstrap-lock-idle',
      detail: 'stopped',
    });
    expect(since(null)).toBeNull();
    expect(since(30_000, { ...locked, bootstrap: OTHER })).toBeNull();
  });

  it('is seen only while it is there, and Patroni says that it does nothing', () => {
    const view = (content: Partial<EtcdContent>, postgres: View['postgres']) =>
      isLockIdle(inCluster({ kind: 'absent' }, content, { postgres }));
    expect(view(locked, idle('stopped'))).toBe(true);
    expect(view(locked, idle('uninitialized'))).toBe(true);
    expect(view(locked, idle('initializing new cluster'))).toBe(false);
    expect(view(locked, { ok: false, error: 'refused' })).toBe(false);
    expect(view({}, idle('stopped'))).toBe(false);
    expect(view({ ...locked, bootstrap: OTHER }, idle('stopped'))).toBe(false);
    expect(view({ patroni: { ...patroniKeys, initialize: '7000' } }, idle('stopped'))).toBe(false);
  });
});
