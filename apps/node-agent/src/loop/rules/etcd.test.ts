import { memberName } from '@flux-pg/etcd-membership';
import { describe, expect, it } from 'vitest';
import type { EtcdDataOrigin } from '../etcd-data.ts';
import {
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
import type { View } from '../view.ts';
import { aMemory, anEtcdContent, anEtcdMember, aView, CLUSTER, NODE, OTHER } from '../view-builder.ts';
import { hostEntries } from '../wanted/hosts-block.ts';
import { endFoundingTimes, mapMemberNames, noteStarted, runEtcd } from './etcd.ts';

const OWN = memberName(NODE, 'aaaaaaaa');
const OTHERS = memberName(OTHER, 'bbbbbbbb');
const founder = aMemberState({ cluster: { id: CLUSTER, epoch: 1, founder: true } });
const started = aMemberState({ etcd: { incarnation: 'aaaaaaaa', started: true, writtenFor: null } });
const withData = aVolume({ kind: 'absent' }, { etcdData: true });

const mirrorOf = (...voters: string[]) => ({
  version: 1 as const,
  clusterId: CLUSTER,
  epoch: 1,
  members: [aRecord(OTHER)],
  voters,
  lastPrimary: null,
  initialize: null,
  history: null,
  config: null,
});

const listing = (...members: ReturnType<typeof anEtcdMember>[]) => seen(anEtcdContent({ members }));

/** The names are in the hosts file already. */
function decisionOf(difference: Partial<View>) {
  const view = aView({ state: aMemberState(), ...difference });
  const applied = { ...view.applied, hosts: JSON.stringify(hostEntries(view)) };
  return runEtcd.apply({ ...view, applied });
}

describe('etcd', () => {
  it('is not started before the names of its members are in the hosts file', () => {
    expect(runEtcd.apply(aView({ state: founder }))).toMatchObject({
      action: { kind: 'wait' },
      reason: 'member-addresses-differ',
    });
  });

  it('draws no conclusion from the member list of another cluster, or of one that is not known yet', () => {
    const cluster = { id: OTHER, epoch: 1, seededBy: null, superuser: 'postgres', foundedAtMs: 0 };
    for (const volume of [withData, aVolume({ kind: 'absent' })]) {
      const foreign = decisionOf({ volume, etcd: seen(anEtcdContent({ cluster })) });
      expect(foreign).toMatchObject({ action: { kind: 'wait' }, reason: 'foreign-etcd' });
      const unknown = decisionOf({ volume, etcd: seen(anEtcdContent({ cluster: null })) });
      expect(unknown).toMatchObject({ action: { kind: 'wait' }, reason: 'cluster-keys-missing' });
    }
  });
});

describe('etcd without data', () => {
  it('is started as a new cluster by the founder, once', () => {
    expect(decisionOf({ state: founder })).toMatchObject({
      action: { kind: 'start-etcd', start: { kind: 'new' } },
      reason: 'founder-starts-etcd',
      detail: CLUSTER,
    });
  });

  it('is never started as a new cluster by anybody else', () => {
    expect(decisionOf({})).toBeNull();
  });

  it('is never started as a new cluster by a founder whose cluster has existed', () => {
    expect(decisionOf({ state: founder, mirror: mirrorOf(OWN) })).toBeNull();
    const known = { ...founder, etcd: started.etcd };
    expect(decisionOf({ state: known })?.action).toEqual({ kind: 'renew-incarnation', quarantine: false });
  });

  it('joins under a new name when it has had data before', () => {
    expect(decisionOf({ state: started, etcd: listing(anEtcdMember(OWN, { isLearner: true })) })).toEqual({
      action: { kind: 'renew-incarnation', quarantine: false },
      reason: 'etcd-data-lost',
      detail: '',
    });
  });

  it('joins once it was admitted as a learner, with every member’s name', () => {
    const members = [anEtcdMember(OTHERS), anEtcdMember(OWN, { name: '', isLearner: true })];
    expect(decisionOf({ etcd: listing(...members) })).toEqual({
      action: {
        kind: 'start-etcd',
        start: {
          kind: 'join',
          initialCluster: [
            { name: OTHERS, peerUrl: `https://${OTHERS}:2380` },
            { name: OWN, peerUrl: `https://${OWN}:2380` },
          ],
        },
      },
      reason: 'admitted-as-learner',
      detail: OWN,
    });
  });

  it('waits while only others are listed, or an older etcd of this node', () => {
    const older = anEtcdMember(memberName(NODE, 'dddddddd'), { isLearner: true });
    expect(decisionOf({ etcd: listing(anEtcdMember(OTHERS), older) })).toBeNull();
  });

  it('does not take over a voter of its own name: that one has had data', () => {
    expect(decisionOf({ etcd: listing(anEtcdMember(OWN)) })).toBeNull();
  });
});

describe('etcd with data', () => {
  const data = { state: started, volume: withData };

  it('is started from it while the others list it', () => {
    const etcd = listing(anEtcdMember(OWN), anEtcdMember(OTHERS));
    expect(decisionOf({ ...data, etcd })).toMatchObject({
      action: { kind: 'start-etcd', start: { kind: 'own-data' } },
      reason: 'etcd-is-quorate',
    });
  });

  it('of a learner that found nobody at its first start joins again, since there may be no log in it', () => {
    const learner = anEtcdMember(OWN, { name: '', isLearner: true });
    const etcd = listing(anEtcdMember(OTHERS), learner);
    const join = {
      kind: 'join',
      initialCluster: [OTHERS, OWN].map((name) => expect.objectContaining({ name })),
    };
    const cut = decisionOf({ volume: withData, etcd });
    expect(cut).toMatchObject({ action: { kind: 'start-etcd', start: join }, reason: 'etcd-is-quorate' });
    // Whoever has had a leader or a vote has had a log.
    const own = { kind: 'start-etcd', start: { kind: 'own-data' } };
    expect(decisionOf({ ...data, etcd })?.action).toEqual(own);
    const voter = listing(anEtcdMember(OTHERS), anEtcdMember(OWN));
    expect(decisionOf({ volume: withData, etcd: voter })?.action).toEqual(own);
  });

  it('is quarantined when the others have removed it', () => {
    expect(decisionOf({ ...data, etcd: listing(anEtcdMember(OTHERS)) })).toEqual({
      action: { kind: 'renew-incarnation', quarantine: true },
      reason: 'removed-from-etcd',
      detail: OWN,
    });
  });

  it('is set aside where etcd keeps ending on it while the others have a quorum', () => {
    const etcd = listing(anEtcdMember(OWN), anEtcdMember(OTHERS));
    const after = (starts: number, difference: Partial<View> = {}) => {
      const etcdStartsAtMs = Array.from({ length: starts }, (_, count) => count);
      return decisionOf({ ...data, etcd, memory: aMemory({ etcdStartsAtMs }), ...difference });
    };
    expect(after(3)?.action).toEqual({ kind: 'start-etcd', start: { kind: 'own-data' } });
    expect(after(4)).toEqual({
      action: { kind: 'renew-incarnation', quarantine: true },
      reason: 'etcd-keeps-ending',
      detail: OWN,
    });
    // Without the others' quorum the same data may be what the cluster comes back with.
    const unreadable = { ok: false as const, error: 'no leader' };
    const mirror = mirrorOf(OWN, OTHERS);
    const alone = after(10, { etcd: unreadable, mirror, peers: [aPeer(aMemberDocument())] });
    expect(alone?.action).toEqual({ kind: 'start-etcd', start: { kind: 'own-data' } });
    const cluster = { id: OTHER, epoch: 1, seededBy: null, superuser: 'postgres', foundedAtMs: 0 };
    expect(after(10, { etcd: seen(anEtcdContent({ cluster })) })?.action.kind).toBe('wait');
  });

  it('waits for a quorum of the voters’ nodes while no etcd answers', () => {
    const mirror = mirrorOf(OWN, OTHERS, memberName(THIRD, 'cccccccc'));
    expect(decisionOf({ ...data, mirror })).toEqual({
      action: { kind: 'wait' },
      reason: 'waiting-for-voters',
      detail: `${OTHER}, ${THIRD}`,
    });
    expect(decisionOf({ ...data, mirror, peers: [aPeer(aMemberDocument())] })).toMatchObject({
      action: { kind: 'start-etcd', start: { kind: 'own-data' } },
      reason: 'enough-voters-answer',
    });
  });

  it('counts no node of another cluster as a voter’s', () => {
    const stranger = aMemberDocument({ cluster: aToldCluster({ id: THIRD }) });
    const mirror = mirrorOf(OWN, OTHERS);
    expect(decisionOf({ ...data, mirror, peers: [aPeer(stranger)] })?.reason).toBe('waiting-for-voters');
  });

  it('is not started once a later epoch was heard of', () => {
    const later = aMemberDocument({ cluster: aToldCluster({ epoch: 2 }) });
    const mirror = mirrorOf(OWN, OTHERS);
    expect(decisionOf({ ...data, mirror, peers: [aPeer(later)] })).toMatchObject({
      action: { kind: 'wait' },
      reason: 'higher-epoch-heard',
    });
  });

  it('of the only voter waits until every other member has answered or been silent for long', () => {
    const mirror = mirrorOf(OWN);
    const silent = (forMs: number) =>
      decisionOf({ ...data, mirror, peers: [aSilentPeer('10.0.0.2', forMs)] });
    expect(silent(14_999)).toMatchObject({ action: { kind: 'wait' }, reason: 'waiting-for-members' });
    expect(silent(15_000)?.action).toEqual({ kind: 'start-etcd', start: { kind: 'own-data' } });
    const present = { ...aSilentPeer('10.0.0.2'), heard: { kind: 'present' as const, detail: 'no key' } };
    expect(decisionOf({ ...data, mirror, peers: [present] })).toMatchObject({ action: { kind: 'wait' } });
  });

  it('of the founder is started as what it is, not as a new cluster', () => {
    const view = { state: { ...founder, etcd: started.etcd }, volume: withData };
    expect(decisionOf(view)?.action).toEqual({ kind: 'start-etcd', start: { kind: 'own-data' } });
  });
});

describe('etcd of an epoch', () => {
  const kept = { id: CLUSTER, epoch: 2, founder: false, seededBy: OTHER };
  const old: EtcdDataOrigin = { clusterId: CLUSTER, epoch: 1, seededBy: null };
  const etcdOf = (writtenFor: EtcdDataOrigin) => ({ incarnation: 'aaaaaaaa', started: true, writtenFor });

  it.each([
    ['an earlier epoch', old],
    ['an epoch of another seeder', { ...old, epoch: 2, seededBy: THIRD }],
    ['another cluster', { clusterId: OTHER, epoch: 2, seededBy: OTHER }],
  ])('is not started from data of %s, even where that etcd answers', (_name, writtenFor) => {
    const state = aMemberState({ cluster: kept, etcd: etcdOf(writtenFor) });
    const quarantined = {
      action: { kind: 'renew-incarnation', quarantine: true },
      reason: 'etcd-data-of-other-epoch',
      detail: OWN,
    };
    expect(decisionOf({ state, volume: withData })).toEqual(quarantined);
    expect(decisionOf({ state, volume: withData, etcd: listing(anEtcdMember(OWN)) })).toEqual(quarantined);
  });

  it('is joined only in the epoch that this node has', () => {
    const state = aMemberState({ cluster: kept });
    const learner = anEtcdMember(OWN, { isLearner: true });
    expect(decisionOf({ state, etcd: listing(learner) })).toMatchObject({ reason: 'etcd-of-other-epoch' });
    const cluster = { ...kept, superuser: 'postgres', foundedAtMs: 0 };
    const joined = decisionOf({ state, etcd: seen(anEtcdContent({ cluster, members: [learner] })) });
    expect(joined?.reason).toBe('admitted-as-learner');
  });

  it('is started anew by its seeder, whose mirror is of the epoch before, and by nobody else', () => {
    const seeder = { ...kept, seededBy: NODE, founder: true, seeding: true };
    const started = decisionOf({ state: aMemberState({ cluster: seeder }), mirror: mirrorOf(OTHERS) });
    expect(started?.action).toEqual({ kind: 'start-etcd', start: { kind: 'new' } });
    expect(decisionOf({ state: aMemberState({ cluster: kept }), mirror: mirrorOf(OTHERS) })).toBeNull();
  });

  it('is gone on with by its seeder although the voters of the epoch before are gone', () => {
    const cluster = { ...kept, seededBy: NODE, founder: true, seeding: true };
    const state = aMemberState({ cluster, etcd: etcdOf({ ...old, epoch: 2, seededBy: NODE }) });
    const mirror = mirrorOf(OWN, OTHERS, memberName(THIRD, 'cccccccc'));
    const view = (forMs: number) =>
      decisionOf({ state, volume: withData, mirror, peers: [aSilentPeer('10.0.0.2', forMs)] });
    expect(view(14_999)).toMatchObject({ reason: 'waiting-for-members' });
    expect(view(15_000)?.action).toEqual({ kind: 'start-etcd', start: { kind: 'own-data' } });
  });
});

describe('etcd of a stale node', () => {
  const data = { volume: withData, etcd: listing(anEtcdMember(OWN), anEtcdMember(OTHERS)) };

  it('goes on if it was only fenced, else not', () => {
    const as = (cause: 'fenced' | 'stopped') =>
      decisionOf({ ...data, state: { ...started, stale: { cause, sinceWallMs: 0 } } });
    expect(as('fenced')?.reason).toBe('etcd-is-quorate');
    expect(as('stopped')).toBeNull();
  });
});

describe('an answer at the last address of a member', () => {
  const data = { state: started, volume: withData, mirror: mirrorOf(OWN) };
  const stranger = (listed: boolean): View['peers'][number] => ({
    address: '10.0.0.2',
    listed,
    heard: { kind: 'present', detail: 'no key' },
  });
  const since = (ms: number) => {
    const { memory } = aView();
    const standing = { ...memory.standing, answeredAtMs: { [OTHER]: 1_000_000 - ms } };
    return { ...memory, standing };
  };

  it('that proves nothing is a stranger’s where it is not listed, and the member’s silence is counted', () => {
    const waits = { action: { kind: 'wait' }, reason: 'waiting-for-members' };
    expect(decisionOf({ ...data, peers: [stranger(false)], memory: since(14_999) })).toMatchObject(waits);
    expect(decisionOf({ ...data, peers: [stranger(false)], memory: since(15_000) })?.reason).toBe(
      'enough-voters-answer',
    );
    expect(decisionOf({ ...data, peers: [stranger(true)], memory: since(86_400_000) })).toMatchObject(waits);
  });
});

describe('the start of etcd', () => {
  it.each(['starting', 'running', 'stopping', 'backoff'] as const)(
    'is not asked for while it is %s',
    (etcd) => {
      expect(decisionOf({ state: founder, processes: processesIn({ etcd }) })).toBeNull();
    },
  );

  it('is not asked for while supervisord does not answer', () => {
    expect(decisionOf({ state: founder, processes: { ok: false, error: 'timeout' } })).toBeNull();
  });

  it('is preceded by the names of the members', () => {
    const view = aView({ state: founder });
    const decision = mapMemberNames.apply(view);
    expect(decision).toMatchObject({
      action: { kind: 'write-hosts', entries: [{ address: '127.0.0.1', name: OWN }] },
      reason: 'member-addresses-differ',
    });
    const hosts = JSON.stringify(hostEntries(view));
    expect(mapMemberNames.apply({ ...view, applied: { ...view.applied, hosts } })).toBeNull();
  });
});

describe('the first leader of a fresh etcd', () => {
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

  it('is noted, so that an empty directory is a loss from then on', () => {
    expect(noteStarted.apply(aView({ state: founder, localEtcd: seen(status) }))).toEqual({
      action: { kind: 'persist-state', state: { ...founder, etcd: started.etcd } },
      reason: 'etcd-has-started',
      detail: '',
    });
  });

  it('is noted once, and not before there is one', () => {
    expect(noteStarted.apply(aView({ state: started, localEtcd: seen(status) }))).toBeNull();
    expect(
      noteStarted.apply(aView({ state: founder, localEtcd: seen({ ...status, leaderId: null }) })),
    ).toBeNull();
    expect(noteStarted.apply(aView({ state: founder }))).toBeNull();
  });
});

describe('the short times of a founding', () => {
  const reading = {
    memberId: '1',
    leaderId: '2',
    isLearner: false,
    raftTerm: 2,
    raftIndex: 10,
    raftAppliedIndex: 10,
    errors: [],
  };
  const runs = (nodeId: string) =>
    aPeer(
      aMemberDocument({
        nodeId,
        etcd: { memberName: memberName(nodeId, 'bbbbbbbb'), running: true, reading },
      }),
    );
  const local = { ...reading, dbSizeBytes: 0, version: '3.5.30' };
  const settled = (difference: Partial<View> = {}) => {
    const view = aView({
      state: aMemberState(),
      etcd: listing(anEtcdMember(OWN), anEtcdMember(OTHERS), anEtcdMember(memberName(THIRD, 'cccccccc'))),
      localEtcd: seen(local),
      peers: [runs(OTHER), runs(THIRD)],
      ...difference,
    });
    const applied = { ...view.applied, foundingEtcd: true };
    return {
      ...view,
      applied,
      memory: { ...view.memory, quiet: { signature: 'x', sinceMs: view.nowMs - 60_000 } },
    };
  };

  it('end with one restart when this node follows, all others are well and nothing has changed for a minute', () => {
    expect(endFoundingTimes.apply(settled())).toMatchObject({ action: { kind: 'restart-etcd' } });
  });

  it('stay where the others would be no quorum without this node', () => {
    const two = { etcd: listing(anEtcdMember(OWN), anEtcdMember(OTHERS)), peers: [runs(OTHER)] };
    expect(endFoundingTimes.apply(settled(two))).toBeNull();
  });

  it('stay while this node leads, a voter is missing, or something has just changed', () => {
    expect(endFoundingTimes.apply(settled({ localEtcd: seen({ ...local, leaderId: '1' }) }))).toBeNull();
    expect(endFoundingTimes.apply(settled({ peers: [runs(OTHER)] }))).toBeNull();
    const restless = settled();
    const quiet = { signature: 'x', sinceMs: restless.nowMs - 59_000 };
    expect(endFoundingTimes.apply({ ...restless, memory: { ...restless.memory, quiet } })).toBeNull();
  });

  it('are over once etcd was started anew', () => {
    const view = settled();
    expect(endFoundingTimes.apply({ ...view, applied: { ...view.applied, foundingEtcd: false } })).toBeNull();
  });
});
