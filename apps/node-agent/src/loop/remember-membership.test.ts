import { memberName } from '@flux-pg/etcd-membership';
import { describe, expect, it } from 'vitest';
import type { Mirror } from '../identity/mirror.ts';
import {
  aMemberDocument,
  aMemberState,
  aPeer,
  aRecord,
  aRunningPostgres,
  aSilentPeer,
  aToldCluster,
  seen,
  THIRD,
} from './member-builder.ts';
import { rememberMembership } from './remember-membership.ts';
import type { Memory, View } from './view.ts';
import { anEtcdContent, anEtcdMember, aView, CLUSTER, NODE, OTHER } from './view-builder.ts';

const START_MS = 1_000_000;
const records = [aRecord(NODE, '10.0.0.1'), aRecord(OTHER), aRecord(THIRD, '10.0.0.3')];
/** What a private API, which stands for all witnesses, said at that time. */
const listed = (atMs: number, ...addresses: readonly string[]) => ({
  total: 1,
  answers: [{ witness: 'listing', addresses, atMs }],
});
const failed = { total: 1, answers: [] };

/** A mirror of the cluster in which the ticks take place. */
function aMirror(difference: Partial<Mirror>): Mirror {
  return {
    version: 1,
    clusterId: CLUSTER,
    epoch: 1,
    members: [],
    voters: [],
    lastPrimary: null,
    initialize: null,
    history: null,
    config: null,
    ...difference,
  };
}

/** A tick so many seconds after the start, in which `OTHER` answers and `THIRD` is silent and unlisted. */
function aTick(afterSeconds: number, difference: Partial<View> = {}): View {
  const nowMs = START_MS + afterSeconds * 1000;
  return aView({
    nowMs,
    lookedAtMs: nowMs,
    state: aMemberState(),
    etcd: seen(anEtcdContent({ records })),
    peers: [aPeer(aMemberDocument()), aSilentPeer('10.0.0.3')],
    witnesses: listed(nowMs, '10.0.0.1', '10.0.0.2'),
    ...difference,
  });
}

/** What an agent remembers after ticks that follow each other. */
function after(...ticks: readonly View[]): Memory {
  let memory = aView().memory;
  for (const view of ticks) {
    const { learner, absence } = memory;
    const remembered = rememberMembership({ ...view, memory: { ...view.memory, learner, absence } });
    memory = { ...memory, ...remembered };
  }
  return memory;
}

const third = (...ticks: readonly View[]) => after(...ticks).absence?.nodes[THIRD];

describe('an absence', () => {
  it('begins with the first answer that does not list the node', () => {
    expect(third(aTick(0), aTick(60))).toEqual({
      aliveAtMs: START_MS,
      unlistedSinceMs: { listing: START_MS },
    });
    expect(after(aTick(0), aTick(60)).absence?.witnesses).toEqual({
      listing: { atMs: START_MS + 60_000, interrupted: false },
    });
  });

  it('is watched of every other node with a record or a place in etcd', () => {
    const members = [anEtcdMember(memberName('44444444-4444-4444-8444-444444444444', 'cccccccc'))];
    const { absence } = after(aTick(0, { etcd: seen(anEtcdContent({ records, members })) }));
    expect(Object.keys(absence?.nodes ?? {}).sort()).toEqual([
      OTHER,
      THIRD,
      '44444444-4444-4444-8444-444444444444',
    ]);
  });

  it.each([
    ['the API failed', { witnesses: failed }],
    ['the answer is empty', { witnesses: listed(START_MS + 60_000) }],
    ['the answer does not list this node', { witnesses: listed(START_MS + 60_000, '10.0.0.2') }],
    ['neither etcd nor a mirror can be read', { etcd: { ok: false, error: 'no leader' } }],
  ] satisfies [string, Partial<View>][])('is interrupted when %s', (_, difference) => {
    expect(after(aTick(0), aTick(60, difference)).absence?.witnesses.listing?.interrupted).toBe(true);
  });

  it('goes on by the mirror while etcd cannot be read', () => {
    const mirror = aMirror({ members: records, voters: [memberName(THIRD, 'cccccccc')] });
    const leaderless = { etcd: { ok: false as const, error: 'no leader' }, mirror };
    const { absence } = after(aTick(0), aTick(60, leaderless));
    expect(absence?.witnesses.listing).toEqual({ atMs: START_MS + 60_000, interrupted: false });
    expect(absence?.nodes[THIRD]?.unlistedSinceMs).toEqual({ listing: START_MS });
    expect(Object.keys(absence?.nodes ?? {}).sort()).toEqual([OTHER, THIRD]);
  });

  it('is watched of who sealed the cluster before there is any mirror', () => {
    const sealedBy = { nodeId: THIRD, address: '10.0.0.3' };
    const state = aMemberState({ cluster: { id: CLUSTER, epoch: 1, founder: false, sealedBy } });
    const blind = { etcd: { ok: false as const, error: 'refused' }, state };
    const { absence } = after(aTick(0, blind), aTick(60, blind));
    expect(Object.keys(absence?.nodes ?? {})).toEqual([THIRD]);
    expect(absence?.witnesses.listing?.interrupted).toBe(false);
    expect(absence?.nodes[THIRD]?.unlistedSinceMs).toEqual({ listing: START_MS });
  });

  it('is watched of who has held a copy, also when it is no member any more', () => {
    const copyHolders = [{ nodeId: THIRD, address: '10.0.0.3' }];
    const gone = { etcd: seen(anEtcdContent({ records: records.slice(0, 2), copyHolders })) };
    expect(third(aTick(0, gone), aTick(60, gone))).toEqual({
      aliveAtMs: START_MS,
      unlistedSinceMs: { listing: START_MS },
    });
  });

  it('has no evidence without witnesses', () => {
    expect(third(aTick(0, { witnesses: { total: 0, answers: [] } }))?.unlistedSinceMs).toEqual({});
  });
});

describe('a sign of life', () => {
  const patroni = { ...anEtcdContent().patroni, members: new Map([[THIRD, '{}']]) };
  const replicating = aRunningPostgres({ replicating: [THIRD] });
  const heard = { ...aView().memory.heardAtMs, [THIRD]: START_MS + 50_000 };
  it.each<[string, number, Partial<View>]>([
    ['an answer', 60, { peers: [aPeer(aMemberDocument({ nodeId: THIRD, address: '10.0.0.9' }))] }],
    ['a Patroni key', 60, { etcd: seen(anEtcdContent({ records, patroni })) }],
    ['a replication connection', 60, { postgres: seen(replicating) }],
    ['what a peer heard', 40, { peers: [aPeer(aMemberDocument({ heard: { [THIRD]: 20 } }))] }],
    ['what was heard before', 50, { memory: { ...aView().memory, heardAtMs: heard } }],
  ])('is %s', (_, atSeconds, difference) => {
    expect(third(aTick(0), aTick(60, difference))?.aliveAtMs).toBe(START_MS + atSeconds * 1000);
  });

  it('is not what a node of another cluster heard', () => {
    const foreign = aMemberDocument({
      cluster: aToldCluster({ id: THIRD }),
      heard: { [THIRD]: 0 },
    });
    expect(third(aTick(0), aTick(60, { peers: [aPeer(foreign)] }))?.aliveAtMs).toBe(START_MS);
  });
});

describe('the learner', () => {
  const name = memberName(OTHER, 'bbbbbbbb');
  const members = [anEtcdMember(name, { id: 'b2', isLearner: true })];
  const tick = (afterSeconds: number, memberId: string, raftAppliedIndex: number) => {
    const reading = {
      memberId,
      leaderId: 'a1',
      isLearner: true,
      raftTerm: 2,
      raftIndex: 100,
      raftAppliedIndex,
      errors: [],
    };
    const peer = aPeer(aMemberDocument({ etcd: { memberName: name, running: true, reading } }));
    return aTick(afterSeconds, { etcd: seen(anEtcdContent({ records, members })), peers: [peer] });
  };

  it('is remembered with its last progress', () => {
    expect(after(tick(0, 'b2', 5), tick(60, 'b2', 7), tick(90, 'b2', 7)).learner).toEqual({
      memberId: 'b2',
      appliedIndex: 7,
      sinceMs: START_MS + 60_000,
    });
  });

  it('has made no progress by what another member of its node told', () => {
    expect(after(tick(0, 'b2', 5), tick(60, 'c3', 7)).learner).toMatchObject({ sinceMs: START_MS });
  });

  it('is forgotten once it votes', () => {
    expect(after(tick(0, 'b2', 5), aTick(60)).learner).toBeNull();
  });
});
