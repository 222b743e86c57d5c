import { describe, expect, it } from 'vitest';
import type { Mirror } from '../../identity/mirror.ts';
import type { StatusDocument } from '../../status/document.ts';
import {
  aCopy,
  aMemberDocument,
  aMemberState,
  aPeer,
  aRecord,
  aSilentPeer,
  aVolume,
  processesIn,
  seen,
  THIRD,
} from '../member-builder.ts';
import type { EtcdContent, Peer, View } from '../view.ts';
import { anEtcdContent, aView, CLUSTER, NODE, OTHER } from '../view-builder.ts';
import {
  checkUserData,
  endPermission,
  isGrantDue,
  outliveGuards,
  regrantBootstrap,
  tellLostData,
} from './lost-copies.ts';

const keys = anEtcdContent().patroni;
const records = [aRecord(NODE, '10.0.0.1'), aRecord(OTHER), aRecord(THIRD, '10.0.0.3')];
const holder = { nodeId: THIRD, address: '10.0.0.3' };

/** `OTHER` with nothing on its volume, or what the difference says. */
function other(
  postgres: Partial<StatusDocument['volume']['postgres']> = {},
  difference: Partial<StatusDocument> = {},
): Peer {
  const document = aMemberDocument(difference);
  const told = { ...document.volume.postgres, setAside: false, ...postgres };
  return aPeer({ ...document, volume: { postgres: told, etcd: true } });
}

const copyOfOther = {
  kind: 'copy' as const,
  systemId: '7000',
  timeline: 1,
  walEnd: { timeline: 1, lsn: '0/2000000' },
};

/** `THIRD` initialised, held the only copy and is gone with it; the others have nothing. */
function bereft(content: Partial<EtcdContent> = {}, difference: Partial<View> = {}): View {
  const patroni = { ...keys, initialize: '7000', config: '{}' };
  return aView({
    state: aMemberState({ declaredGone: [THIRD] }),
    etcd: seen(
      anEtcdContent({
        bootstrap: THIRD,
        userData: false,
        copyHolders: [holder],
        records,
        patroni,
        ...content,
      }),
    ),
    peers: [other()],
    ...difference,
  });
}

/** The right to initialise, when all have been saying so for that long. */
function regrant(view: View, forMs = 30_000) {
  return regrantBootstrap.apply({ ...view, memory: { ...view.memory, grantDueSinceMs: view.nowMs - forMs } });
}

describe('the right to initialise', () => {
  it('goes to the lowest node that is left, when all copies are gone and held nothing of a user', () => {
    expect(regrant(bereft())).toEqual({
      action: { kind: 'grant-bootstrap', grant: { to: NODE, expected: THIRD, clearInitialize: true } },
      reason: 'copies-gone',
      detail: NODE,
    });
  });

  it('is given only after all have said so for half a minute, as a status may be older than an initdb', () => {
    expect(regrant(bereft(), 29_999)).toBeNull();
    expect(regrantBootstrap.apply(bereft())).toBeNull();
    expect(isGrantDue(bereft())).toBe(true);
    expect(isGrantDue(bereft({ userData: true }))).toBe(false);
  });

  it('is given once', () => {
    const granted = bereft({ bootstrap: NODE, patroni: keys });
    expect(regrant(granted)).toBeNull();
  });

  it('passes on when its holder is gone before it has initialised anything', () => {
    const view = bereft({ copyHolders: [], userData: null, patroni: keys });
    expect(regrant(view)).toMatchObject({
      action: { grant: { to: NODE, expected: THIRD, clearInitialize: false } },
      reason: 'grantee-gone',
    });
  });

  it.each<[string, Partial<EtcdContent>, Partial<View>]>([
    ['there was user data', { userData: true }, {}],
    ['nobody knows whether there was', { userData: null }, {}],
    ['the last holder is not gone', {}, { state: aMemberState() }],
    [
      'a former holder that is no member any more is not gone',
      { copyHolders: [holder, { nodeId: CLUSTER, address: null }] },
      {},
    ],
    ['a member is silent', {}, { peers: [aSilentPeer('10.0.0.2', 86_400_000)] }],
    ['a member’s last word is older than 5 s', {}, { peers: [other({}, { ageMs: 5001 })] }],
    ['a member holds a copy', {}, { peers: [other(copyOfOther)] }],
    ['a member’s data cannot be read', {}, { peers: [other({ kind: 'unreadable' })] }],
    [
      'a member holds what a rewind left',
      {},
      { peers: [other({ kind: 'unfinished', operation: 'rewind' })] },
    ],
    ['a copy is set aside', {}, { peers: [other({ setAside: true })] }],
    [
      'it is not known whether one is',
      {},
      { volume: aVolume({ kind: 'absent' }, { setAside: null }), peers: [other({ setAside: true })] },
    ],
    ['this node holds a copy', {}, { volume: aVolume(aCopy('7000')) }],
    ['etcd cannot be read', {}, { etcd: { ok: false, error: 'refused' } }],
  ])('stays as it is while %s', (_name, content, difference) => {
    expect(regrant(bereft(content, difference))).toBeNull();
  });

  it('stays as it is while somebody proves to serve', () => {
    const serving = { role: 'primary', state: 'running', timeline: 1, lsn: null, streaming: false };
    const view = bereft(
      { patroni: { ...keys, initialize: '7000', leader: OTHER } },
      { peers: [other({}, { postgres: serving })] },
    );
    expect(regrant(view)).toBeNull();
  });

  it('is given after all when a person permits it', () => {
    const state = aMemberState({ declaredGone: [THIRD], permitsNewData: true });
    expect(regrant(bereft({ userData: true }, { state }))?.action.kind).toBe('grant-bootstrap');
    expect(regrant(bereft({ userData: true }, { state, peers: [other(copyOfOther)] }))).toBeNull();
  });
});

describe('lost data', () => {
  it.each<[string, Partial<EtcdContent>, Partial<View>]>([
    ['data_lost', { userData: true }, {}],
    ['copy-set-aside', {}, { peers: [other({ setAside: true })] }],
    ['copy-may-exist', {}, { state: aMemberState() }],
  ])('is told as %s by a node without a copy', (reason, content, difference) => {
    const view = bereft(content, difference);
    expect(tellLostData.apply(view)).toMatchObject({ action: { kind: 'wait' }, reason });
    expect(tellLostData.apply({ ...view, volume: aVolume(aCopy('7000')) })).toBeNull();
  });

  it('is told by the founder, too: its grant was for the beginning that is lost', () => {
    const view = bereft({ userData: true, bootstrap: NODE });
    expect(tellLostData.apply(view)).toMatchObject({ reason: 'data_lost' });
  });

  it('is not told by the grantee while its own initdb keeps it from saying what it holds', () => {
    const running = processesIn({ patroni: 'running' });
    const initialising = bereft({ bootstrap: NODE, patroni: keys }, { processes: running });
    expect(tellLostData.apply(initialising)).toBeNull();
    const other = bereft({ bootstrap: OTHER, patroni: keys }, { processes: running });
    expect(tellLostData.apply(other)).toMatchObject({ reason: 'copy-may-exist' });
  });

  it('is none while a copy or a grant stands', () => {
    expect(tellLostData.apply(bereft({}, { peers: [other(copyOfOther)] }))).toBeNull();
    expect(tellLostData.apply(bereft({ bootstrap: NODE, patroni: keys }))).toBeNull();
    expect(tellLostData.apply(bereft({}, { etcd: { ok: false, error: 'refused' } }))).toBeNull();
  });
});

const ownPostgres = (difference: object = {}): View['postgres'] =>
  seen({
    role: 'primary',
    state: 'running',
    timeline: 1,
    lsn: '0/1000078',
    streaming: false,
    replicating: [],
    ...difference,
  });

describe('the permission to begin anew', () => {
  const state = aMemberState({ permitsNewData: true, declaredGone: [THIRD] });
  const led = { patroni: { ...keys, leader: NODE } };

  it('ends with the one beginning that it was for, and nothing else ends with it', () => {
    expect(endPermission.apply(bereft(led, { state, postgres: ownPostgres() }))).toEqual({
      action: { kind: 'persist-state', state: { ...state, permitsNewData: false } },
      reason: 'permission-used',
      detail: '',
    });
    const used = aMemberState({ declaredGone: [THIRD] });
    expect(endPermission.apply(bereft(led, { state: used, postgres: ownPostgres() }))).toBeNull();
  });

  it('stays while nobody proves to serve', () => {
    expect(endPermission.apply(bereft(led, { state }))).toBeNull();
    expect(endPermission.apply(bereft({}, { state, postgres: ownPostgres() }))).toBeNull();
    const starting = ownPostgres({ state: 'starting' });
    expect(endPermission.apply(bereft(led, { state, postgres: starting }))).toBeNull();
  });
});

describe('the question for user data', () => {
  const led = (userData: boolean | null) => ({ userData, patroni: { ...keys, leader: NODE } });
  const asked = (sinceMs: number | null, userData: boolean | null, postgres = ownPostgres()) => {
    const view = bereft(led(userData), { postgres });
    const userDataAskedAtMs = sinceMs === null ? null : view.nowMs - sinceMs;
    return checkUserData.apply({ ...view, memory: { ...view.memory, userDataAskedAtMs } });
  };

  it('is asked by the primary until there was any, and not all the time', () => {
    expect(asked(null, null)).toEqual({
      action: { kind: 'check-user-data' },
      reason: 'user-data-unknown',
      detail: '',
    });
    expect(asked(null, false)).not.toBeNull();
    expect(asked(null, true)).toBeNull();
    expect(asked(0, false)).toBeNull();
    expect(asked(3_600_000, false)).not.toBeNull();
  });

  it('is not asked by a replica, nor by a primary that does not hold the key, nor without etcd', () => {
    expect(asked(null, false, ownPostgres({ role: 'replica' }))).toBeNull();
    expect(
      checkUserData.apply(bereft({ patroni: { ...keys, leader: OTHER } }, { postgres: ownPostgres() })),
    ).toBeNull();
    const etcd = { ok: false as const, error: 'refused' };
    expect(checkUserData.apply(bereft({}, { etcd, postgres: ownPostgres() }))).toBeNull();
  });
});

describe('guards that outlive whom they wait for', () => {
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
  const mirror: Mirror = {
    version: 1,
    clusterId: CLUSTER,
    epoch: 1,
    members: records,
    voters: [],
    lastPrimary: THIRD,
    initialize: '7000',
    history: null,
    config: null,
  };
  const patroniMembers = new Map([
    [NODE, '{}'],
    [OTHER, '{}'],
  ]);
  const headless = (
    content: Partial<EtcdContent['patroni']> = {},
    difference: Partial<View> = {},
    forMs = 60_000,
  ) => {
    const patroni = { ...keys, initialize: '7000', members: patroniMembers, ...content };
    const peers = [other(copyOfOther)];
    const volume = aVolume(aCopy('7000'));
    const view = bereft({ patroni }, { mirror, localEtcd: seen(status), volume, peers, ...difference });
    const leaderKeyMissingSinceMs = view.nowMs - forMs;
    return outliveGuards.apply({ ...view, memory: { ...view.memory, leaderKeyMissingSinceMs } });
  };

  it('end with a failover to the furthest copy, once whoever could be ahead is gone', () => {
    expect(headless()).toEqual({
      action: { kind: 'ask-failover', to: OTHER },
      reason: 'guards-outlived',
      detail: '',
    });
    expect(headless({}, {}, 59_999)).toBeNull();
  });

  it.each<[string, Partial<EtcdContent['patroni']>, Partial<View>]>([
    ['the last primary is not gone', {}, { state: aMemberState() }],
    ['nobody knows the last primary', {}, { mirror: null }],
    ['a synchronous standby is silent', { sync: `{"leader":"${THIRD}","sync_standby":"${CLUSTER}"}` }, {}],
    ['a failover was asked for', { failover: '{}' }, {}],
    ['the lead’s Patroni does not run', { members: new Map([[NODE, '{}']]) }, {}],
    ['another node’s etcd leads', {}, { localEtcd: seen({ ...status, leaderId: '2' }) }],
    ['the own etcd does not answer', {}, { localEtcd: { ok: false, error: 'refused' } }],
    ['etcd cannot be read', {}, { etcd: { ok: false, error: 'refused' } }],
  ])('stay while %s', (_name, content, difference) => {
    expect(headless(content, difference)).toBeNull();
  });

  it('stay while there is a leader, or etcd has only just been read', () => {
    const view = bereft({}, { mirror, localEtcd: seen(status), peers: [other(copyOfOther)] });
    expect(outliveGuards.apply(view)).toBeNull();
  });
});
