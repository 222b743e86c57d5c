import { memberName } from '@flux-pg/etcd-membership';
import { describe, expect, it } from 'vitest';
import { mirrorSchema } from '../identity/mirror.ts';
import {
  aDocument,
  aMemberDocument,
  aMemberState,
  aMirror,
  aPeer,
  aRecord,
  aRunningPostgres,
  aSilentPeer,
  processesIn,
  seen,
  THIRD,
} from './member-builder.ts';
import { emptyMemory, remember } from './remember.ts';
import type { Memory, View } from './view.ts';
import { anEtcdContent, anEtcdMember, aView, CLUSTER, NODE, OTHER } from './view-builder.ts';

const keys = anEtcdContent().patroni;
const status = {
  memberId: '1',
  leaderId: '1' as string | null,
  raftTerm: 2,
  raftIndex: 5,
  raftAppliedIndex: 5,
  dbSizeBytes: 0,
  isLearner: false,
  version: '3.5.30',
  errors: [],
};

function memoryAfter(difference: Partial<View>, memory: Partial<Memory> = {}): Memory {
  const view = aView({ state: aMemberState(), ...difference });
  return remember({ ...view, memory: { ...view.memory, ...memory } });
}

describe('the memory of silence', () => {
  it('begins with the first tick in which an address says nothing, and lasts while it does', () => {
    const first = memoryAfter({ nowMs: 5000, peers: [aSilentPeer('10.0.0.2')] });
    expect(first.silentSinceMs).toEqual({ '10.0.0.2': 5000 });
    const later = memoryAfter(
      { nowMs: 9000, peers: [aSilentPeer('10.0.0.2'), aSilentPeer('10.0.0.3')] },
      first,
    );
    expect(later.silentSinceMs).toEqual({ '10.0.0.2': 5000, '10.0.0.3': 9000 });
  });

  it('ends with any answer, also one that proves nothing', () => {
    const before = { silentSinceMs: { '10.0.0.2': 5000, '10.0.0.3': 5000 } };
    const present = { ...aSilentPeer('10.0.0.3'), heard: { kind: 'present' as const, detail: 'no key' } };
    expect(memoryAfter({ peers: [aPeer(aDocument()), present] }, before).silentSinceMs).toEqual({});
  });
});

describe('the memory of signs of life', () => {
  const records = [aRecord(NODE), aRecord(OTHER), aRecord(THIRD)];

  it('takes a status, a Patroni key and a replication connection', () => {
    const members = new Map([[OTHER, '{}']]);
    const etcd = seen(anEtcdContent({ records, patroni: { ...keys, members } }));
    expect(memoryAfter({ nowMs: 7000, etcd }).heardAtMs).toEqual({ [OTHER]: 7000 });
    const postgres = seen(aRunningPostgres({ replicating: [THIRD] }));
    const readable = seen(anEtcdContent({ records }));
    expect(memoryAfter({ nowMs: 7000, etcd: readable, postgres }).heardAtMs).toEqual({ [THIRD]: 7000 });
    expect(memoryAfter({ nowMs: 7000, etcd: readable, peers: [aPeer(aDocument())] }).heardAtMs).toEqual({
      [OTHER]: 7000,
    });
  });

  it('keeps the time of the last one', () => {
    const etcd = seen(anEtcdContent({ records }));
    const before = { heardAtMs: { [OTHER]: 1000 } };
    expect(memoryAfter({ nowMs: 7000, etcd }, before).heardAtMs).toEqual({ [OTHER]: 1000 });
    expect(memoryAfter({ nowMs: 7000 }, before).heardAtMs).toEqual({ [OTHER]: 1000 });
  });

  it('is not kept of a client that only streams, whatever name it gives itself', () => {
    const streaming = aRunningPostgres({ replicating: ['pg_receivewal'] });
    expect(memoryAfter({ postgres: seen(streaming) }).heardAtMs).toEqual({});
  });

  it('forgets who is no member any more, but only on etcd’s word', () => {
    const before = { heardAtMs: { [OTHER]: 1000 } };
    expect(memoryAfter({ etcd: seen(anEtcdContent({ records: [] })) }, before).heardAtMs).toEqual({});
  });
});

describe('the memory of a newer mirror', () => {
  const own = aMirror({ revision: 5 });
  const told = mirrorSchema.parse(
    aMirror({ revision: 9, members: [aRecord(NODE), aRecord(THIRD, '10.0.0.3')] }),
  );
  const telling = [aPeer(aMemberDocument({ mirror: told }))];
  const stale = { cause: 'stopped' as const, sinceWallMs: 1 };
  const kept = (state: View['state'], memory: Partial<Memory>) =>
    memoryAfter({ state, mirror: own, peers: [aSilentPeer('10.0.0.2')] }, memory).toldMirror;

  it('is told by a peer, and lasts when that one falls silent before it is written down', () => {
    const { toldMirror } = memoryAfter({ mirror: own, peers: telling });
    expect(toldMirror).toEqual(told);
    expect(kept(aMemberState(), { toldMirror })).toEqual(told);
    expect(kept(aMemberState({ stale }), { toldMirror })).toEqual(told);
  });

  it('ends when the own one is as new, or the own etcd tells all of it', () => {
    expect(memoryAfter({ mirror: told, peers: telling }, { toldMirror: told }).toldMirror).toBeNull();
    const cluster = { id: CLUSTER, epoch: 1, seededBy: null, superuser: 'app', foundedAtMs: 0 };
    const etcd = seen(anEtcdContent({ cluster }));
    const after = (state: View['state']) =>
      memoryAfter({ state, mirror: own, etcd }, { toldMirror: told }).toldMirror;
    expect(after(aMemberState())).toBeNull();
    expect(after(aMemberState({ stale }))).toEqual(told);
  });

  it('is none that is older than the own one, or of another cluster', () => {
    const state = aMemberState({ stale });
    expect(kept(state, { toldMirror: { ...told, revision: 4 } })).toBeNull();
    expect(kept(state, { toldMirror: { ...told, clusterId: OTHER } })).toBeNull();
  });
});

describe('the memory of a missing leader', () => {
  const running = processesIn({ etcd: 'running' });
  const unled = { ...status, leaderId: null };

  it('begins while the own etcd runs, whether it answers or not', () => {
    const begun = { nowMs: 3000, processes: running };
    expect(memoryAfter({ ...begun, localEtcd: seen(unled) }).leaderlessSinceMs).toBe(3000);
    expect(memoryAfter(begun).leaderlessSinceMs).toBe(3000);
    expect(memoryAfter(begun, { leaderlessSinceMs: 1000 }).leaderlessSinceMs).toBe(1000);
  });

  it('ends with a leader or with the process', () => {
    const before = { leaderlessSinceMs: 1000 };
    const led = { processes: running, localEtcd: seen(status), etcd: seen(anEtcdContent()) };
    expect(memoryAfter(led, before).leaderlessSinceMs).toBeNull();
    expect(memoryAfter({}, before).leaderlessSinceMs).toBeNull();
  });
});

describe('a member that follows a leader and cannot read through it', () => {
  it('counts as without a leader; a learner, and one that read something it does not understand, does not', () => {
    const blind = (isLearner: boolean, code: 'timeout' | null = 'timeout') =>
      memoryAfter({
        nowMs: 3000,
        processes: processesIn({ etcd: 'running' }),
        localEtcd: seen({ ...status, isLearner }),
        etcd: { ok: false, error: 'unreadable', ...(code === null ? {} : { code }) },
      }).leaderlessSinceMs;
    expect(blind(false)).toBe(3000);
    expect(blind(true)).toBeNull();
    expect(blind(false, null)).toBeNull();
  });
});

describe('the memory of change', () => {
  const one = anEtcdMember(memberName(NODE, 'aaaaaaaa'));
  const two = anEtcdMember(memberName(OTHER, 'bbbbbbbb'), { isLearner: true });
  const content = anEtcdContent({ members: [one, two], patroni: { ...keys, leader: NODE } });
  const after = (nowMs: number, difference: Partial<View>, before: Memory) =>
    memoryAfter({ nowMs, localEtcd: seen(status), ...difference }, before);
  const first = after(1000, { etcd: seen(content) }, emptyMemory(0, aView().memory.standing));

  it('starts anew with each change of the members, a promotion among them', () => {
    expect(first.membership.sinceMs).toBe(1000);
    expect(after(2000, { etcd: seen(content) }, first)).toMatchObject({
      membership: { sinceMs: 1000 },
      quiet: { sinceMs: 1000 },
    });
    const promoted = { ...content, members: [one, { ...two, isLearner: false }] };
    expect(after(3000, { etcd: seen(promoted) }, first)).toMatchObject({
      membership: { sinceMs: 3000 },
      quiet: { sinceMs: 3000 },
    });
  });

  it('does not depend on the order in which etcd lists its members', () => {
    const reversed = { ...content, members: [two, one] };
    expect(after(2000, { etcd: seen(reversed) }, first).membership.sinceMs).toBe(1000);
  });

  it('counts another primary or leader of etcd as unrest, not as another membership', () => {
    const failedOver = { ...content, patroni: { ...keys, leader: OTHER } };
    for (const difference of [
      { etcd: seen(failedOver) },
      { etcd: seen(content), localEtcd: seen({ ...status, leaderId: '2' }) },
    ]) {
      expect(after(2000, difference, first)).toMatchObject({
        membership: { sinceMs: 1000 },
        quiet: { sinceMs: 2000 },
      });
    }
  });

  it('is left as it is while etcd does not answer', () => {
    expect(after(2000, {}, first)).toMatchObject({
      membership: { sinceMs: 1000 },
      quiet: { sinceMs: 1000 },
    });
  });
});

describe('the memory of starts of etcd', () => {
  const led = seen(status);
  const starts = [1000, 2000];

  it('lasts until etcd has followed a leader for a minute', () => {
    const first = memoryAfter({ nowMs: 5000, localEtcd: led }, { etcdStartsAtMs: starts });
    expect(first).toMatchObject({ etcdLedSinceMs: 5000, etcdStartsAtMs: starts });
    expect(memoryAfter({ nowMs: 64_999, localEtcd: led }, first).etcdStartsAtMs).toEqual(starts);
    expect(memoryAfter({ nowMs: 65_000, localEtcd: led }, first).etcdStartsAtMs).toEqual([]);
  });

  it('counts the minute anew when etcd has had no leader, or did not answer', () => {
    const before = { etcdLedSinceMs: 5000, etcdStartsAtMs: starts };
    for (const localEtcd of [seen({ ...status, leaderId: null }), { ok: false as const, error: 'refused' }]) {
      const after = memoryAfter({ nowMs: 65_000, localEtcd }, before);
      expect(after).toMatchObject({ etcdLedSinceMs: null, etcdStartsAtMs: starts });
    }
  });
});

describe('the memory of a lock without an owner', () => {
  const idle = seen(aRunningPostgres({ role: 'replica', state: 'stopped', timeline: null }));
  const locked = seen(anEtcdContent({ bootstrap: NODE, patroni: { ...keys, initialize: '' } }));

  it('begins with the first tick that sees it beside an idle Patroni, and ends with either', () => {
    const first = memoryAfter({ nowMs: 3000, etcd: locked, postgres: idle });
    expect(first.idleLockSinceMs).toBe(3000);
    expect(memoryAfter({ nowMs: 9000, etcd: locked, postgres: idle }, first).idleLockSinceMs).toBe(3000);
    expect(memoryAfter({ nowMs: 9000, etcd: locked }, first).idleLockSinceMs).toBeNull();
    expect(memoryAfter({ nowMs: 9000, postgres: idle }, first).idleLockSinceMs).toBeNull();
  });
});

describe('the memory of a right to initialise that is due', () => {
  const records = [aRecord(NODE, '10.0.0.1')];
  const lost = seen(anEtcdContent({ bootstrap: OTHER, userData: false, records }));

  it('begins when all have said that they hold nothing, and ends with any doubt', () => {
    const first = memoryAfter({ nowMs: 3000, etcd: lost });
    expect(first.grantDueSinceMs).toBe(3000);
    expect(memoryAfter({ nowMs: 9000, etcd: lost }, first).grantDueSinceMs).toBe(3000);
    const doubt = seen({ ...lost.value, records: [...records, aRecord(OTHER)] });
    expect(memoryAfter({ nowMs: 9000, etcd: doubt }, first).grantDueSinceMs).toBeNull();
    expect(memoryAfter({ nowMs: 9000 }, first).grantDueSinceMs).toBeNull();
  });
});

describe('the memory of a missing leader key', () => {
  const patroni = { ...keys, leader: null };

  it('begins when the own etcd is read without one, and lasts until there is one', () => {
    const etcd = seen(anEtcdContent({ patroni }));
    const first = memoryAfter({ nowMs: 5000, etcd });
    expect(first.leaderKeyMissingSinceMs).toBe(5000);
    expect(memoryAfter({ nowMs: 9000, etcd }, first).leaderKeyMissingSinceMs).toBe(5000);
    const led = seen(anEtcdContent({ patroni: { ...keys, leader: OTHER } }));
    expect(memoryAfter({ nowMs: 9000, etcd: led }, first).leaderKeyMissingSinceMs).toBeNull();
  });

  it("says nothing of an etcd that is another cluster's, or whose keys are not written yet", () => {
    const other = { id: OTHER, epoch: 1, seededBy: null, superuser: 'postgres', foundedAtMs: 9 };
    for (const cluster of [other, null]) {
      const etcd = seen(anEtcdContent({ cluster, patroni }));
      expect(memoryAfter({ nowMs: 5000, etcd }).leaderKeyMissingSinceMs).toBeNull();
    }
  });
});
