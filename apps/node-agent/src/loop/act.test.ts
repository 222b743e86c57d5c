import { describe, expect, it } from 'vitest';
import { act, etcdFor } from './act.ts';
import type { Action } from './action.ts';
import { aMemberState, aRecord, seen } from './member-builder.ts';
import { anEndpoint, type Call, somePorts } from './ports-builder.ts';
import type { View } from './view.ts';
import { aView, CLUSTER, NODE } from './view-builder.ts';

const APP = '/flux-pg/myapp-postgres';
const state = aMemberState();
const serving = seen({
  memberId: '1',
  leaderId: '1' as string | null,
  raftTerm: 2,
  raftIndex: 5,
  raftAppliedIndex: 5,
  dbSizeBytes: 0,
  isLearner: false,
  version: '3.5.30',
  errors: [],
});

async function acted(action: Action, difference: Partial<View> = {}) {
  const calls: Call[] = [];
  const done = await act(somePorts(calls), aView({ state, localEtcd: serving, ...difference }), action);
  return { calls, done };
}

describe('an action', () => {
  it('to wait does nothing', async () => {
    expect(await acted({ kind: 'wait' })).toEqual({ calls: [], done: {} });
  });

  it('persists a promise', async () => {
    expect((await acted({ kind: 'persist-state', state })).calls).toEqual([['volume.writeState', state]]);
  });

  it('proposes under an id of its own', async () => {
    const view = { state: aView().state };
    const founding = {
      kind: 'proposed',
      clusterId: 'aaaaaaaa-aaaa-4aaa-8aaa-aaaaaaaaaaaa',
      expectedNodes: 3,
    };
    expect((await acted({ kind: 'propose', expectedNodes: 3 }, view)).calls).toEqual([
      ['volume.writeState', { ...view.state, founding }],
    ]);
  });

  it('starts the router on a fresh configuration, whose servers are then to be told again', async () => {
    expect(await acted({ kind: 'start-router' })).toEqual({
      calls: [['files.writeRouterConfig'], ['supervisor.start', 'router']],
      done: { applied: { routerServers: null } },
    });
  });

  it('remembers what the router was told, and which names were mapped', async () => {
    const servers = { etcd: [], readWrite: [], readOnly: [], localEtcd: false };
    expect(await acted({ kind: 'set-router-servers', servers, signature: 's1' })).toEqual({
      calls: [['files.steerRouter', servers]],
      done: { applied: { routerServers: 's1' } },
    });
    expect(await acted({ kind: 'write-hosts', entries: [], signature: 's2' })).toEqual({
      calls: [['files.writeHosts', []]],
      done: { applied: { hosts: 's2' } },
    });
  });

  it('starts etcd on a fresh configuration, and stops it to have it restarted', async () => {
    expect(await acted({ kind: 'start-etcd', start: { kind: 'new' } })).toEqual({
      calls: [
        ['files.writeEtcdConfig', { state, start: { kind: 'new' } }],
        ['supervisor.start', 'etcd'],
      ],
      done: { applied: { foundingEtcd: true }, memory: { leaderlessSinceMs: null } },
    });
    const again = await acted({ kind: 'start-etcd', start: { kind: 'own-data' } });
    expect(again.done.applied).toEqual({ foundingEtcd: false });
    expect((await acted({ kind: 'restart-etcd' })).calls).toEqual([['supervisor.stop', 'etcd']]);
  });

  it('moves etcd’s data aside before the new name is persisted', async () => {
    const renewed = { ...state, etcd: { incarnation: 'cccccccc', started: false } };
    expect((await acted({ kind: 'renew-incarnation', quarantine: true })).calls).toEqual([
      ['volume.quarantineEtcd', 'aaaaaaaa'],
      ['volume.writeState', renewed],
    ]);
    expect((await acted({ kind: 'renew-incarnation', quarantine: false })).calls).toEqual([
      ['volume.writeState', renewed],
    ]);
  });

  it('puts a record under the node’s key', async () => {
    const record = aRecord(NODE, '10.0.0.1');
    expect((await acted({ kind: 'put-record', record })).calls).toEqual([
      ['local.put', `${APP}/members/${NODE}`, JSON.stringify(record)],
    ]);
  });

  it('moves PGDATA aside before it releases the lock on initialize, and releases nothing else', async () => {
    const aside = { kind: 'set-aside-pgdata' as const, why: 'initdb' };
    expect((await acted({ ...aside, releaseInitialize: true })).calls).toEqual([
      ['volume.setAsidePostgres', 'initdb'],
      ['local.delete', '/service/myapp-postgres/initialize'],
    ]);
    expect((await acted({ ...aside, releaseInitialize: false })).calls).toEqual([
      ['volume.setAsidePostgres', 'initdb'],
    ]);
  });

  it('has a running Patroni read its new configuration', async () => {
    const action = { kind: 'apply-patroni-config' as const, text: 'scope: x' };
    expect(await acted({ ...action, reload: true })).toEqual({
      calls: [
        ['files.writePatroniConfig', 'scope: x'],
        ['supervisor.signal', 'patroni', 'HUP'],
      ],
      done: { applied: { patroniConfig: 'scope: x' } },
    });
    expect((await acted({ ...action, reload: false })).calls).toHaveLength(1);
  });

  it('starts Patroni and nothing else', async () => {
    expect((await acted({ kind: 'start-patroni' })).calls).toEqual([['supervisor.start', 'patroni']]);
  });

  it('notes that the database was provisioned only after it was', async () => {
    expect(await acted({ kind: 'provision-database' })).toEqual({
      calls: [['database.provision'], ['local.put', `${APP}/provisioned`, NODE]],
      done: { memory: { rolesEnsured: true } },
    });
    expect(await acted({ kind: 'ensure-roles' })).toEqual({
      calls: [['database.ensureRoles']],
      done: { memory: { rolesEnsured: true } },
    });
  });

  it('writes the mirror', async () => {
    const mirror = {
      version: 1 as const,
      clusterId: CLUSTER,
      epoch: 1,
      members: [],
      voters: [],
      lastPrimary: null,
      initialize: null,
      history: null,
      config: null,
    };
    expect((await acted({ kind: 'write-mirror', mirror })).calls).toEqual([['volume.writeMirror', mirror]]);
  });

  it('that fails says so, and does not go on', async () => {
    const calls: Call[] = [];
    const base = somePorts(calls);
    const provision = async () => {
      throw new Error('no connection');
    };
    const ports = { ...base, database: { ...base.database, provision } };
    await expect(act(ports, aView({ state }), { kind: 'provision-database' })).rejects.toThrow(
      'no connection',
    );
    expect(calls).toEqual([]);
  });
});

describe('the etcd that is written to', () => {
  const calls: Call[] = [];
  const localEtcd = anEndpoint('local', calls);
  const routedEtcd = anEndpoint('routed', calls);
  const ports = somePorts(calls, { localEtcd, routedEtcd });

  it('is the own one where it votes and has a leader, else any voter through the router', () => {
    const chosen = (reading: View['localEtcd']) => etcdFor(ports, aView({ localEtcd: reading }));
    expect(chosen(serving)).toBe(localEtcd);
    expect(chosen(seen({ ...serving.value, isLearner: true }))).toBe(routedEtcd);
    expect(chosen(seen({ ...serving.value, leaderId: null }))).toBe(routedEtcd);
    expect(chosen({ ok: false, error: 'refused' })).toBe(routedEtcd);
  });
});
