import { memberName } from '@flux-pg/etcd-membership';
import { describe, expect, it } from 'vitest';
import { aMemberDocument, aMemberState, aPeer, aRecord, aSilentPeer, seen, THIRD } from './member-builder.ts';
import { emptyMemory } from './remember.ts';
import { rememberMembership } from './remember-membership.ts';
import type { Memory, View } from './view.ts';
import { anEtcdContent, anEtcdMember, aView, NODE, OTHER } from './view-builder.ts';

const START_MS = 1_000_000;
const records = [aRecord(NODE, '10.0.0.1'), aRecord(OTHER), aRecord(THIRD, '10.0.0.3')];
const listed = (...addresses: readonly string[]) => ({
  instances: addresses.map((address) => ({ address, runningSinceMs: null })),
});

/** A tick so many seconds after the start, in which `OTHER` answers and `THIRD` is silent and unlisted. */
function aTick(afterSeconds: number, difference: Partial<View> = {}): View {
  const nowMs = START_MS + afterSeconds * 1000;
  return aView({
    nowMs,
    lookedAtMs: nowMs,
    state: aMemberState(),
    etcd: seen(anEtcdContent({ records })),
    peers: [aPeer(aMemberDocument()), aSilentPeer('10.0.0.3')],
    latestListing: { ok: true, value: listed('10.0.0.1', '10.0.0.2'), seenAtMs: nowMs },
    ...difference,
  });
}

/** What an agent remembers after ticks that follow each other. */
function after(...ticks: readonly View[]): Memory {
  let memory = emptyMemory(START_MS);
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
    expect(third(aTick(0), aTick(60))).toEqual({ aliveAtMs: START_MS, unlistedSinceMs: START_MS });
    expect(after(aTick(0), aTick(60)).absence).toMatchObject({
      answerAtMs: START_MS + 60_000,
      interrupted: false,
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
    ['the API failed', { latestListing: { ok: false, error: 'timeout' } }],
    ['the answer is empty', { latestListing: seen(listed()) }],
    ['the answer does not list this node', { latestListing: seen(listed('10.0.0.2')) }],
    ['etcd cannot be read', { etcd: { ok: false, error: 'no leader' } }],
  ] satisfies [string, Partial<View>][])('is interrupted when %s', (_, difference) => {
    expect(after(aTick(0), aTick(60, difference)).absence?.interrupted).toBe(true);
  });

  it('is no evidence when only the last good listing is known', () => {
    const listing = { ok: true as const, value: listed('10.0.0.1', '10.0.0.2'), seenAtMs: START_MS };
    const ticks = [aTick(0, { listing, latestListing: { ok: false, error: 'timeout' } })];
    expect(third(...ticks)?.unlistedSinceMs).toBeNull();
  });
});

describe('a sign of life', () => {
  const patroni = { ...anEtcdContent().patroni, members: new Map([[THIRD, '{}']]) };
  const replicating = { role: 'primary', state: 'running', timeline: 1, replicating: [THIRD] };
  const heard = { ...emptyMemory(START_MS).heardAtMs, [THIRD]: START_MS + 50_000 };
  it.each<[string, number, Partial<View>]>([
    ['an answer', 60, { peers: [aPeer(aMemberDocument({ nodeId: THIRD, address: '10.0.0.9' }))] }],
    ['a Patroni key', 60, { etcd: seen(anEtcdContent({ records, patroni })) }],
    ['a replication connection', 60, { postgres: seen(replicating) }],
    ['what a peer heard', 40, { peers: [aPeer(aMemberDocument({ heard: { [THIRD]: 20 } }))] }],
    ['what was heard before', 50, { memory: { ...emptyMemory(START_MS), heardAtMs: heard } }],
  ])('is %s', (_, atSeconds, difference) => {
    expect(third(aTick(0), aTick(60, difference))?.aliveAtMs).toBe(START_MS + atSeconds * 1000);
  });

  it('is not what a node of another cluster heard', () => {
    const foreign = aMemberDocument({ cluster: { id: THIRD, epoch: 1 }, heard: { [THIRD]: 0 } });
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
