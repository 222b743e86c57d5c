import { describe, expect, it } from 'vitest';
import { act } from './act.ts';
import { etcdFor } from './act-etcd.ts';
import type { Action } from './action.ts';
import { aMemberState, aMirror, aRecord, aRunningPostgres, seen } from './member-builder.ts';
import { anEndpoint, type Call, somePorts } from './ports-builder.ts';
import type { View } from './view.ts';
import { aView, NODE, OTHER } from './view-builder.ts';

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
    const terms = { expectedNodes: 3, shortHanded: true, systemId: '7000' };
    const founding = { kind: 'proposed', clusterId: 'aaaaaaaa-aaaa-4aaa-8aaa-aaaaaaaaaaaa', ...terms };
    expect((await acted({ kind: 'propose', ...terms }, view)).calls).toEqual([
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
    const { calls, done } = await acted({ kind: 'start-etcd', start: { kind: 'new' } });
    expect(calls.map(([method]) => method)).toEqual([
      'volume.writeState',
      'files.writeEtcdConfig',
      'supervisor.start',
    ]);
    expect(calls.slice(1)).toEqual([
      ['files.writeEtcdConfig', { state, start: { kind: 'new' } }],
      ['supervisor.start', 'etcd'],
    ]);
    expect(done).toEqual({
      applied: { foundingEtcd: true },
      memory: { leaderlessSinceMs: null, etcdStartsAtMs: [1_000_000] },
    });
    const again = await acted({ kind: 'start-etcd', start: { kind: 'own-data' } });
    expect(again.done.applied).toEqual({ foundingEtcd: false });
    expect((await acted({ kind: 'restart-etcd' })).calls).toEqual([['supervisor.stop', 'etcd']]);
  });

  it('moves etcd’s data aside before the new name is persisted', async () => {
    const renewed = { ...state, etcd: { incarnation: 'cccccccc', started: false, writtenFor: null } };
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
    const mirror = aMirror();
    expect((await acted({ kind: 'write-mirror', mirror })).calls).toEqual([['volume.writeMirror', mirror]]);
  });

  it('stops a program, and moves a PGDATA of version 1 to its place', async () => {
    expect((await acted({ kind: 'stop-program', program: 'patroni' })).calls).toEqual([
      ['supervisor.stop', 'patroni'],
    ]);
    expect((await acted({ kind: 'adopt-root-data' })).calls).toEqual([['volume.adoptRootData']]);
  });

  it('deletes this node’s old registration and no other key', async () => {
    expect((await acted({ kind: 'delete-registration' })).calls).toEqual([
      ['local.delete', `/service/myapp-postgres/members/${NODE}`],
    ]);
  });

  it('tells the operator that an order is done only once it is on disk', async () => {
    const calls: Call[] = [];
    const order = { kind: 'declare-gone' as const, nodeIds: [OTHER] };
    const declared = { ...state, declaredGone: [OTHER] };
    const operator = {
      pending: () => order,
      done: (given: unknown) => {
        calls.push(['operator.done', given]);
      },
    };
    const action = { kind: 'persist-order' as const, order, state: declared };
    await act(somePorts(calls, { operator }), aView({ state }), action);
    expect(calls).toEqual([
      ['volume.writeState', declared],
      ['operator.done', order],
    ]);
    const volume = {
      ...somePorts([]).volume,
      writeState: async () => {
        throw new Error('ENOSPC');
      },
    };
    const failing: Call[] = [];
    const doneAfterAll = { ...operator, done: () => failing.push(['operator.done']) };
    await expect(
      act(somePorts(failing, { operator: doneAfterAll, volume }), aView({ state }), action),
    ).rejects.toThrow('ENOSPC');
    expect(failing).toEqual([]);
  });

  it('asks for a hand-over once in a spell of being delisted', async () => {
    const { calls, done } = await acted({ kind: 'hand-over', to: OTHER });
    expect(calls).toEqual([
      [
        'local.putIfUnchanged',
        '/service/myapp-postgres/failover',
        JSON.stringify({ leader: NODE, member: OTHER }),
        0,
      ],
    ]);
    expect(done.memory?.standing?.fencing.handedOver).toBe(true);
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

describe('the question whether there is user data', () => {
  async function asked(found: () => Promise<boolean>, storedValue: string | null) {
    const calls: Call[] = [];
    const base = somePorts(calls);
    const get = async (key: string) =>
      storedValue === null ? null : { key, value: storedValue, modRevision: 17 };
    const localEtcd = anEndpoint('local', calls, { get });
    const ports = { ...base, localEtcd, database: { ...base.database, hasUserData: found } };
    const view = aView({ state, nowMs: 1_234_567, localEtcd: serving, postgres: seen(aRunningPostgres()) });
    const done = await act(ports, view, { kind: 'check-user-data' });
    expect(done).toEqual({ memory: { userDataAskedAtMs: 1_234_567 } });
    return calls;
  }
  const write = (value: string, revision: number) => [
    ['local.putIfUnchanged', `${APP}/user-data`, value, revision],
  ];

  it('is written where it is news, over the value that was read alone', async () => {
    expect(await asked(async () => true, 'false')).toEqual(write('true', 17));
    expect(await asked(async () => true, null)).toEqual(write('true', 0));
    expect(await asked(async () => false, null)).toEqual(write('false', 0));
    expect(await asked(async () => false, 'false')).toEqual([]);
  });

  it('never takes back that there was something, whoever wrote it meanwhile', async () => {
    expect(await asked(async () => false, 'true')).toEqual([]);
  });

  it('that has no answer changes nothing, and is asked again later', async () => {
    const refuse = async () => {
      throw new Error('no connection');
    };
    expect(await asked(refuse, null)).toEqual([]);
    expect(await asked(refuse, 'false')).toEqual([]);
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
