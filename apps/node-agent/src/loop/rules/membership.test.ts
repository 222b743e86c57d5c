import { memberName } from '@flux-pg/etcd-membership';
import { describe, expect, it } from 'vitest';
import type { StatusDocument } from '../../status/document.ts';
import {
  aMemberDocument,
  aMemberState,
  aPeer,
  aRecord,
  aSilentPeer,
  aToldCluster,
  seen,
  THIRD,
} from '../member-builder.ts';
import type { EtcdContent, Peer, View } from '../view.ts';
import { anEtcdContent, anEtcdMember, aView, NODE, OTHER } from '../view-builder.ts';
import { awaitMembership, changeMembership, membershipView } from './membership.ts';

const ownName = memberName(NODE, 'aaaaaaaa');
const otherName = memberName(OTHER, 'bbbbbbbb');
const own = anEtcdMember(ownName, { id: 'a1' });
const other = anEtcdMember(otherName, { id: 'b2' });

function aReading(memberId: string, isLearner = false) {
  return {
    memberId,
    leaderId: 'a1',
    isLearner,
    raftTerm: 2,
    raftIndex: 5000,
    raftAppliedIndex: 5000,
    errors: [],
  };
}

/** A node that waits to be admitted to etcd. */
function aWaiting(difference: Partial<StatusDocument> = {}): Peer {
  const nodeId = difference.nodeId ?? OTHER;
  const etcd = { memberName: memberName(nodeId, 'bbbbbbbb'), running: false, reading: null };
  return aPeer(aMemberDocument({ etcd, ...difference }));
}

/** `NODE`, the only voter and so etcd's leader, with two nodes that wait. */
function aLeader(difference: Partial<View> = {}, content: Partial<EtcdContent> = {}): View {
  return aView({
    state: aMemberState(),
    localEtcd: seen({ ...aReading('a1'), dbSizeBytes: 0, version: '3.5.30' }),
    etcd: seen(
      anEtcdContent({
        members: [own],
        records: [aRecord(NODE, '10.0.0.1'), aRecord(OTHER), aRecord(THIRD, '10.0.0.3')],
        ...content,
      }),
    ),
    peers: [aWaiting(), aWaiting({ nodeId: THIRD, address: '10.0.0.3' })],
    ...difference,
  });
}

describe('the agent beside the leader', () => {
  it('admits the node that waits, under its name and at its mapped port', () => {
    const ports = { postgres: 1, patroniApi: 2, etcdClient: 3, etcdPeer: 32_380 };
    const view = aLeader({ peers: [aWaiting({ ports }), aWaiting({ nodeId: THIRD, address: '10.0.0.3' })] });
    expect(changeMembership.apply(view)).toEqual({
      action: {
        kind: 'change-membership',
        change: { kind: 'add-learner', peerUrl: `https://${otherName}:32380` },
      },
      reason: 'voter-wanted',
      detail: otherName,
    });
  });

  it('promotes the learner by what its own node tells', () => {
    const etcd = { memberName: otherName, running: true, reading: aReading('b2', true) };
    const view = aLeader(
      { peers: [aPeer(aMemberDocument({ etcd })), aSilentPeer('10.0.0.3')] },
      { members: [own, { ...other, isLearner: true }] },
    );
    expect(changeMembership.apply(view)).toMatchObject({ reason: 'learner-in-sync' });
  });

  it('holds nothing else up while it waits, and tells what for', () => {
    const view = aLeader({}, { members: [own, { ...other, name: '', isLearner: true }] });
    expect(changeMembership.apply(view)).toBeNull();
    expect(awaitMembership.apply(view)).toMatchObject({
      action: { kind: 'wait' },
      reason: 'learner-starting',
      detail: otherName,
    });
  });

  it('is steady when there is nothing to change', () => {
    const view = aLeader({ peers: [] }, { records: [aRecord(NODE, '10.0.0.1')] });
    expect(changeMembership.apply(view)).toBeNull();
    expect(awaitMembership.apply(view)).toBeNull();
  });
});

describe('nothing is changed', () => {
  it.each([
    ['without a cluster', { state: aMemberState({ cluster: null }) }],
    ['while the own etcd does not answer', { localEtcd: { ok: false, error: 'refused' } }],
    ['while etcd cannot be read', { etcd: { ok: false, error: 'timeout' } }],
    ['after a look that took longer than 5 s', { lookedAtMs: 1_000_000 - 5001 }],
  ] satisfies [string, Partial<View>][])('%s', (_, difference) => {
    const view = aLeader(difference);
    expect(changeMembership.apply(view)).toBeNull();
    expect(awaitMembership.apply(view)).toBeNull();
  });
});

describe('what the membership is decided on', () => {
  it('holds former voters, the operator’s word, and the limits of the configuration', () => {
    const state = aMemberState({ declaredGone: [THIRD] });
    const peers = [aWaiting()];
    expect(membershipView(aLeader({ state, peers }, { formerVoters: [THIRD] }))).toMatchObject({
      content: { formerVoters: [THIRD] },
      declaredGone: new Set([THIRD]),
      limits: { absenceGraceMs: 300_000, absenceTimeoutMs: 600_000 },
    });
    expect(membershipView(aLeader({ state })).declaredGone).toEqual(new Set());
  });

  it('tells of peers of this cluster alone, each as old as its word', () => {
    const peers = [
      aWaiting({ ageMs: 2000 }),
      aWaiting({ nodeId: THIRD, address: '10.0.0.3', cluster: aToldCluster({ id: OTHER }) }),
    ];
    const view = membershipView(aLeader({ peers, lookedAtMs: 999_000 }));
    expect(view.peers.map(({ nodeId, ageMs }) => [nodeId, ageMs])).toEqual([[OTHER, 3000]]);
    // Who proves to be at an address is known of strangers, too: none of them is the member that was there.
    expect(view.answering).toEqual([
      { address: '10.0.0.1', nodeId: NODE, ageMs: 0 },
      { address: '10.0.0.2', nodeId: OTHER, ageMs: 1000 },
      { address: '10.0.0.3', nodeId: THIRD, ageMs: 1000 },
    ]);
  });
});

describe('the listed addresses that are not accounted for', () => {
  const listing = (addresses: readonly string[], seenAtMs = 1_000_000) => ({
    ok: true as const,
    seenAtMs,
    value: { instances: addresses.map((address) => ({ address, runningSinceMs: null })) },
  });
  const all = ['10.0.0.1', '10.0.0.2', '10.0.0.3'];
  const peers: readonly Peer[] = [
    aWaiting(),
    { address: '10.0.0.3', listed: true, heard: { kind: 'present', detail: 'no key' } },
  ];

  it('are those without an authenticated answer', () => {
    expect(membershipView(aLeader({ peers, listing: listing(all) })).unaccounted).toEqual(['10.0.0.3']);
    expect(membershipView(aLeader({ listing: listing(all) })).unaccounted).toEqual([]);
  });

  it.each([
    ['no listing was ever read', { listing: { ok: false, error: 'not asked yet' } }],
    ['the listing is older than 10 minutes', { listing: listing(all, 1_000_000 - 600_001) }],
    ['the listing is from before the start', { listing: listing(all, Number.NEGATIVE_INFINITY) }],
    ['the listing does not contain this node', { listing: listing(all.slice(1)) }],
    ['the own address is not known', { listing: listing(all), ownAddress: null }],
  ] satisfies [string, Partial<View>][])('are not known when %s', (_, difference) => {
    expect(membershipView(aLeader({ peers, ...difference })).unaccounted).toBeNull();
  });
});
