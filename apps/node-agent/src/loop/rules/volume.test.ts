import { describe, expect, it } from 'vitest';
import { aCopy, aMemberState, aVolume, processesIn, seen, unfinishedClone } from '../member-builder.ts';
import type { EtcdContent, View } from '../view.ts';
import { anEtcdContent, aView, CLUSTER, OTHER } from '../view-builder.ts';
import { leaveForeignVolume, repeatBootstrap, setAsideUnfinished } from './volume.ts';

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

const mirror = {
  version: 1 as const,
  clusterId: CLUSTER,
  epoch: 1,
  members: [],
  voters: [],
  lastPrimary: null,
  initialize: '7000',
  history: null,
  config: null,
};

describe('a volume without a cluster id', () => {
  it('is left alone when its root holds a PGDATA of version 1', () => {
    const view = aView({ volume: aVolume({ kind: 'absent' }, { atRoot: true }) });
    expect(leaveForeignVolume.apply(view)).toMatchObject({
      action: { kind: 'wait' },
      reason: 'volume-of-version-1',
    });
  });

  it('is left alone when its PGDATA cannot be read', () => {
    const view = aView({ volume: aVolume({ kind: 'unreadable', reason: 'of 14', majorVersion: 14 }) });
    expect(leaveForeignVolume.apply(view)).toMatchObject({
      action: { kind: 'wait' },
      reason: 'postgres-data-unreadable',
      detail: 'of 14',
    });
  });

  it('is used when it is empty', () => {
    expect(leaveForeignVolume.apply(aView())).toBeNull();
  });

  it('is judged by other rules once it belongs to a cluster', () => {
    expect(leaveForeignVolume.apply(inCluster({ kind: 'absent' }))).toBeNull();
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
    expect(setAsideUnfinished.apply(inCluster(unfinishedClone, {}, { mirror }))).toMatchObject({
      action: { releaseInitialize: false },
    });
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
  it('is moved aside and repeated by the grantee', () => {
    expect(repeatBootstrap.apply(inCluster(aCopy('7000')))).toEqual({
      action: { kind: 'set-aside-pgdata', why: 'initdb', releaseInitialize: true },
      reason: 'bootstrap-interrupted',
      detail: '',
    });
  });

  it('is recognised by its lock alone when nothing was written yet', () => {
    const locked = { patroni: { ...patroniKeys, initialize: '' } };
    expect(repeatBootstrap.apply(inCluster({ kind: 'absent' }, locked))).not.toBeNull();
    expect(repeatBootstrap.apply(inCluster({ kind: 'absent' }))).toBeNull();
  });

  it.each<[string, Partial<EtcdContent>, Partial<View>]>([
    ['another node was granted it', { bootstrap: OTHER }, {}],
    ['nobody was granted it', { bootstrap: null }, {}],
    ['the cluster has been initialised', { patroni: { ...patroniKeys, initialize: '7000' } }, {}],
    ['Patroni has written its config', { patroni: { ...patroniKeys, config: '{}' } }, {}],
    ['the database was provisioned', { provisioned: true }, {}],
    ['the mirror knows of an initialised system', {}, { mirror }],
    ['Patroni is at work', {}, { processes: processesIn({ patroni: 'running' }) }],
    ['supervisord does not answer', {}, { processes: { ok: false, error: 'timeout' } }],
    ['etcd does not answer', {}, { etcd: { ok: false, error: 'refused' } }],
  ])('is none when %s', (_name, content, difference) => {
    expect(repeatBootstrap.apply(inCluster(aCopy('7000'), content, difference))).toBeNull();
  });
});
