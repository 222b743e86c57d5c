import { describe, expect, it } from 'vitest';
import {
  aCopy,
  aMemberDocument,
  aMemberState,
  aPeer,
  aRecord,
  aVolume,
  processesIn,
  seen,
  THIRD,
  unfinishedClone,
} from '../member-builder.ts';
import type { EtcdContent, LocalPostgres, View } from '../view.ts';
import { anEtcdContent, aView, NODE, OTHER } from '../view-builder.ts';
import { patroniConfig } from '../wanted/patroni-config.ts';
import {
  configurePatroni,
  endOrphan,
  ensureRoles,
  forgetOldRegistration,
  provisionDatabase,
  runPatroni,
  stopIdlePatroni,
} from './patroni.ts';

const keys = anEtcdContent().patroni;
const initialised = { ...keys, initialize: '7000', leader: OTHER, config: '{}' };

/** What the Patroni of a running primary says. */
function aPostgres(difference: Partial<LocalPostgres> = {}): LocalPostgres {
  const at = { timeline: 1, lsn: '0/1000078', streaming: false, replicating: [] };
  return { role: 'primary', state: 'running', ...at, ...difference };
}

function aNode(content: Partial<EtcdContent>, difference: Partial<View> = {}): View {
  return aView({ state: aMemberState(), etcd: seen(anEtcdContent(content)), ...difference });
}

/** Patroni's configuration is on disk already. */
function configured(view: View): View {
  return { ...view, applied: { ...view.applied, patroniConfig: patroniConfig(view) } };
}

const primaryElsewhere = {
  role: 'primary',
  state: 'running',
  timeline: 1,
  lsn: '0/2000000',
  streaming: false,
};

/** A node beside `OTHER`, which proves to hold the leader key wherever the keys name it. */
function holding(postgres: View['volume']['postgres'], patroni: EtcdContent['patroni'] = initialised): View {
  const peers = [aPeer(aMemberDocument({ postgres: primaryElsewhere }))];
  return aNode({ bootstrap: OTHER, patroni }, { volume: aVolume(postgres), peers });
}

function startOf(view: View) {
  return runPatroni.apply(configured(view));
}

const waitsFor = (reason: string) => ({ action: { kind: 'wait' }, reason });
const starts = { action: { kind: 'start-patroni' } };

describe('the configuration of Patroni', () => {
  it('waits for the own address', () => {
    expect(configurePatroni.apply(aNode({}, { ownAddress: null }))).toMatchObject(
      waitsFor('own-address-unknown'),
    );
  });

  it('is written before the first start, and reloaded by a running Patroni', () => {
    const wanted = (reload: boolean) => ({
      action: { kind: 'apply-patroni-config', reload },
      reason: 'patroni-config-differs',
    });
    expect(configurePatroni.apply(aNode({}))).toMatchObject(wanted(false));
    const running = aNode({}, { processes: processesIn({ patroni: 'running' }) });
    expect(configurePatroni.apply(running)).toMatchObject(wanted(true));
  });

  it('is left alone while it is what is in force', () => {
    const view = aNode({});
    const applied = { ...view.applied, patroniConfig: patroniConfig(view) };
    expect(configurePatroni.apply({ ...view, applied })).toBeNull();
  });
});

describe('the old registration of Patroni', () => {
  const registered = {
    ...initialised,
    members: new Map([[NODE, '{"api_url":"http://10.0.0.9:8008/patroni"}']]),
  };
  const at = (document: ReturnType<typeof aMemberDocument>, difference: Partial<View> = {}) =>
    aNode({ patroni: registered }, { peers: [aPeer(document, { address: '10.0.0.9' })], ...difference });

  it('is deleted when another node has its address now', () => {
    expect(forgetOldRegistration.apply(at(aMemberDocument()))).toMatchObject({
      action: { kind: 'delete-registration' },
      detail: '10.0.0.9',
    });
  });

  it('stays while Patroni runs, and while nobody else is proven to be there', () => {
    const running = at(aMemberDocument(), { processes: processesIn({ patroni: 'running' }) });
    expect(forgetOldRegistration.apply(running)).toBeNull();
    expect(forgetOldRegistration.apply(aNode({ patroni: registered }))).toBeNull();
    expect(forgetOldRegistration.apply(at(aMemberDocument({ nodeId: NODE })))).toBeNull();
    const own = { address: '10.0.0.9', source: 'interface' };
    expect(forgetOldRegistration.apply(at(aMemberDocument(), { ownAddress: own }))).toBeNull();
  });

  it('is left alone when it cannot be read', () => {
    const broken = { ...registered, members: new Map([[NODE, '{"api_url":7}']]) };
    expect(forgetOldRegistration.apply(aNode({ patroni: broken }))).toBeNull();
  });
});

describe('the start of Patroni', () => {
  it('waits until its configuration is what it should be', () => {
    expect(runPatroni.apply(aNode({}))).toMatchObject(waitsFor('patroni-config-differs'));
  });

  it('never comes on the rest of a rewind while the cluster’s system is not known', () => {
    const rewind = { kind: 'unfinished', operation: 'rewind', reason: 'a rewind was cut short' } as const;
    expect(startOf(holding(rewind, anEtcdContent().patroni))).toMatchObject(waitsFor('initialize-missing'));
  });

  it('needs an etcd that answers', () => {
    const view = aNode({}, { etcd: { ok: false, error: 'no quorum' } });
    expect(startOf(view)).toMatchObject({ ...waitsFor('etcd-unreachable'), detail: 'no quorum' });
  });

  it('comes on an empty volume only to clone from a leader that proves to be one', () => {
    expect(startOf(holding({ kind: 'absent' }))).toMatchObject({ ...starts, reason: 'key-held' });
    const unproven = { ...holding({ kind: 'absent' }), peers: [aPeer(aMemberDocument())] };
    expect(startOf(unproven)).toMatchObject(waitsFor('waiting-for-leader'));
    expect(startOf(holding({ kind: 'absent' }, keys))).toMatchObject(waitsFor('waiting-for-leader'));
  });

  it('of the grantee waits while anybody holds a copy', () => {
    const document = aMemberDocument();
    const postgres = { ...document.volume.postgres, kind: 'copy' as const, systemId: '7000', timeline: 1 };
    const holder = aPeer({ ...document, volume: { postgres, etcd: true } });
    const view = aNode({ bootstrap: NODE, records: [aRecord(OTHER)] }, { peers: [holder] });
    expect(startOf(view)).toMatchObject({ ...waitsFor('copy-exists'), detail: OTHER });
  });

  it('never comes on a stale node', () => {
    const view = holding(aCopy('7000'));
    for (const cause of ['fenced', 'stopped'] as const) {
      const state = { ...view.state, stale: { cause, sinceWallMs: 0 } };
      expect(startOf({ ...view, state })).toBeNull();
    }
  });

  it('after a full stop comes on the furthest copy first, and then where it leads', () => {
    const behind = holding(aCopy('7000'), { ...initialised, leader: null });
    const document = aMemberDocument();
    const told = { ...document.volume.postgres, kind: 'copy' as const, systemId: '7000', timeline: 1 };
    const at = (lsn: string) =>
      aPeer({ ...document, volume: { postgres: { ...told, walEnd: { timeline: 1, lsn } }, etcd: true } });
    const cold = (lsn: string) => startOf({ ...behind, peers: [at(lsn)] });
    expect(cold('0/2000000')).toMatchObject({ ...waitsFor('waiting-for-lead'), detail: OTHER });
    expect(cold('0/1000000')).toMatchObject({ ...starts, reason: 'leads' });
    const records = [aRecord(NODE, '10.0.0.1'), aRecord(OTHER), aRecord(THIRD, '10.0.0.3')];
    const etcd = seen(
      anEtcdContent({ bootstrap: OTHER, records, patroni: { ...initialised, leader: null } }),
    );
    expect(startOf({ ...behind, peers: [at('0/1000000')], etcd })).toMatchObject({
      ...waitsFor('waiting-for-members'),
      detail: THIRD,
    });
  });

  it('of the grantee says that it may initialise', () => {
    expect(startOf(aNode({ bootstrap: NODE }))).toMatchObject({
      ...starts,
      reason: 'bootstrap-granted',
    });
  });

  it('comes with a copy of the cluster’s own system', () => {
    expect(startOf(holding(aCopy('7000')))).toMatchObject(starts);
  });

  it('never comes on data of another system', () => {
    expect(startOf(holding(aCopy('6666')))).toMatchObject(waitsFor('foreign-data'));
  });

  it.each([null, ''])('never comes with data while initialize is %j', (initialize) => {
    const view = holding(aCopy('7000'), { ...initialised, initialize });
    expect(startOf(view)).toMatchObject(waitsFor('initialize-missing'));
    const grantee = aNode({ bootstrap: NODE, patroni: { ...keys, initialize } });
    expect(startOf({ ...grantee, volume: aVolume(aCopy('7000')) })).toMatchObject(
      waitsFor('initialize-missing'),
    );
  });

  it('never comes on data that cannot be read', () => {
    const view = holding({ kind: 'unreadable', reason: 'of 14', majorVersion: 14 });
    expect(startOf(view)).toMatchObject({
      ...waitsFor('postgres-data-unreadable'),
      detail: 'of 14',
    });
  });

  it('waits until an unfinished copy is moved aside', () => {
    expect(startOf(holding(unfinishedClone))).toMatchObject(waitsFor('unfinished-copy'));
  });

  it('finishes an interrupted rewind by following the primary', () => {
    const view = holding({ kind: 'unfinished', operation: 'rewind', reason: 'cut' });
    expect(startOf(view)).toMatchObject(starts);
  });

  it.each(['starting', 'running', 'stopping', 'backoff'] as const)(
    'is not asked for while it is %s',
    (patroni) => {
      expect(startOf(aNode({}, { processes: processesIn({ patroni }) }))).toBeNull();
    },
  );

  it('is not asked for while supervisord does not answer', () => {
    expect(startOf(aNode({}, { processes: { ok: false, error: 'timeout' } }))).toBeNull();
  });
});

describe('a Patroni that has nobody to clone from', () => {
  const idling = (forMs: number, difference: Partial<View> = {}, content: Partial<EtcdContent> = {}) => {
    const view = aNode(
      { bootstrap: OTHER, patroni: { ...initialised, leader: null }, ...content },
      {
        processes: processesIn({ patroni: 'running' }),
        postgres: seen(aPostgres({ role: 'replica', state: 'stopped', timeline: null, lsn: null })),
        ...difference,
      },
    );
    const leaderKeyMissingSinceMs = forMs === 0 ? null : view.nowMs - forMs;
    return stopIdlePatroni.apply({ ...view, memory: { ...view.memory, leaderKeyMissingSinceMs } });
  };

  it('is stopped after a minute without a leader, so that its volume counts as empty', () => {
    expect(idling(60_000)).toEqual({
      action: { kind: 'stop-program', program: 'patroni' },
      reason: 'nothing-to-follow',
      detail: '',
    });
    expect(idling(59_999)).toBeNull();
    const uninitialized = seen(aPostgres({ role: 'replica', state: 'uninitialized' }));
    expect(idling(60_000, { postgres: uninitialized })).not.toBeNull();
  });

  it.each<[string, Partial<View>, Partial<EtcdContent>]>([
    ['its volume holds a copy', { volume: aVolume(aCopy('7000')) }, {}],
    ['its volume holds the rest of a clone', { volume: aVolume(unfinishedClone) }, {}],
    ['it clones', { postgres: seen(aPostgres({ state: 'creating replica' })) }, {}],
    ['it does not say what it does', { postgres: { ok: false, error: 'refused' } }, {}],
    ['it does not run', { processes: processesIn({}) }, {}],
    ['this node may initialise', {}, { bootstrap: NODE, patroni: keys }],
  ])('is left alone while %s', (_name, difference, content) => {
    expect(idling(60_000, difference, content)).toBeNull();
  });

  it('is left alone while there is a leader, or etcd cannot be read', () => {
    expect(idling(0)).toBeNull();
  });
});

describe('a PostgreSQL that has outlived its Patroni', () => {
  const orphaned = (memory: Partial<View['memory']>, processes = processesIn({ postgres: 'running' })) => {
    const view = aNode({}, { processes });
    const since = { etcdUnreachableSinceMs: null, leaderKeyMissingSinceMs: null };
    return endOrphan.apply({ ...view, memory: { ...view.memory, ...since, ...memory } });
  };
  const nowMs = aView().nowMs;

  it.each(['etcdUnreachableSinceMs', 'leaderKeyMissingSinceMs'])('ends with its lease, by %s', (clock) => {
    expect(orphaned({ [clock]: nowMs - 30_000 })).toEqual({
      action: { kind: 'stop-program', program: 'patroni' },
      reason: 'postgres-without-patroni',
      detail: '',
    });
    expect(orphaned({ [clock]: nowMs - 29_999 })).toBeNull();
  });

  it('is left to a Patroni that runs or may start, and to nobody while supervisord does not answer', () => {
    const long = { etcdUnreachableSinceMs: 0, leaderKeyMissingSinceMs: 0 };
    expect(orphaned({})).toBeNull();
    expect(orphaned(long, processesIn({ patroni: 'stopping', postgres: 'running' }))).toBeNull();
    expect(orphaned(long, processesIn({}))).toBeNull();
    expect(orphaned(long, { ok: false, error: 'timeout' })).toBeNull();
  });

  it('is taken over by Patroni, which is started beside it', () => {
    const view = { ...holding(aCopy('7000')), processes: processesIn({ postgres: 'running' }) };
    expect(startOf(view)?.action).toEqual({ kind: 'start-patroni' });
  });
});

describe('what a primary sees to', () => {
  const primary = seen(aPostgres());
  const bootstrapped = { ...anEtcdContent().patroni, initialize: '7000', config: '{}', leader: NODE };

  it('is the database, once in the life of a cluster', () => {
    expect(provisionDatabase.apply(aNode({ patroni: bootstrapped }, { postgres: primary }))).toMatchObject({
      action: { kind: 'provision-database' },
      reason: 'database-not-created',
    });
    const provisioned = aNode({ patroni: bootstrapped, provisioned: true }, { postgres: primary });
    expect(provisionDatabase.apply(provisioned)).toBeNull();
  });

  it.each([
    ['its system id', { initialize: null }],
    ['more than its lock', { initialize: '' }],
    ['its configuration', { config: null }],
    ['that it leads', { leader: null }],
    ['that it and not another leads', { leader: OTHER }],
  ])('waits with the database until Patroni has told the cluster %s', (_name, missing) => {
    const view = aNode({ patroni: { ...bootstrapped, ...missing } }, { postgres: primary });
    expect(provisionDatabase.apply(view)).toBeNull();
  });

  it('is the roles, once after each start of the agent', () => {
    const view = aNode({}, { postgres: primary });
    expect(ensureRoles.apply(view)).toMatchObject({
      action: { kind: 'ensure-roles' },
      reason: 'roles-not-checked',
    });
    expect(ensureRoles.apply({ ...view, memory: { ...view.memory, rolesEnsured: true } })).toBeNull();
  });

  it.each([
    ['a replica', seen(aPostgres({ role: 'replica' }))],
    ['a primary that still starts', seen(aPostgres({ state: 'starting' }))],
    ['a node whose Patroni does not answer', { ok: false as const, error: 'refused' }],
  ])('is nothing of %s', (_name, postgres) => {
    expect(provisionDatabase.apply(aNode({ patroni: bootstrapped }, { postgres }))).toBeNull();
    expect(ensureRoles.apply(aNode({}, { postgres }))).toBeNull();
  });

  it('waits with the database while etcd cannot tell whether there is one', () => {
    const etcd = { ok: false as const, error: 'refused' };
    expect(provisionDatabase.apply(aNode({}, { postgres: primary, etcd }))).toBeNull();
  });
});
