import { memberName } from '@flux-pg/etcd-membership';
import { describe, expect, it } from 'vitest';
import { aMemberDocument, aMemberState, aPeer, aToldCluster, THIRD } from '../member-builder.ts';
import type { View } from '../view.ts';
import { aView, CLUSTER, NODE, OTHER } from '../view-builder.ts';
import { restartLeaderless } from './etcd.ts';

const names = [NODE, OTHER, THIRD].map((nodeId) => memberName(nodeId, 'aaaaaaaa'));

/** A voter of three whose etcd has been without a leader, in reach of the given nodes. */
function leaderless(forMs: number, peers: View['peers'], difference: Partial<View> = {}): View {
  const view = aView({ state: aMemberState(), peers });
  const mirror = {
    version: 1 as const,
    clusterId: CLUSTER,
    epoch: 1,
    members: [],
    voters: names,
    lastPrimary: null,
    initialize: null,
    history: null,
    config: null,
  };
  const memory = { ...view.memory, leaderlessSinceMs: view.nowMs - forMs };
  return { ...view, mirror, memory, ...difference };
}

const other = aPeer(aMemberDocument());
const third = aPeer(aMemberDocument({ nodeId: THIRD, address: '10.0.0.3' }));

describe('an etcd without a leader', () => {
  it('is restarted after four elections when a quorum of the voters’ nodes answers', () => {
    expect(restartLeaderless.apply(leaderless(11_999, [other]))).toBeNull();
    expect(restartLeaderless.apply(leaderless(12_000, [other]))).toEqual({
      action: { kind: 'restart-etcd' },
      reason: 'no-leader-with-quorum-present',
      detail: '',
    });
  });

  it('is left alone while no quorum is present: a restart would change nothing', () => {
    expect(restartLeaderless.apply(leaderless(600_000, []))).toBeNull();
    const etcd = { memberName: memberName(OTHER, 'aaaaaaaa'), running: false, reading: null };
    expect(restartLeaderless.apply(leaderless(600_000, [aPeer(aMemberDocument({ etcd }))]))).toBeNull();
  });

  it('counts only nodes of this cluster', () => {
    const stranger = aPeer(aMemberDocument({ cluster: aToldCluster({ id: THIRD }) }));
    expect(restartLeaderless.apply(leaderless(600_000, [stranger]))).toBeNull();
  });

  it('waits for its turn behind voters with lower node ids', () => {
    const state = { ...aMemberState(), nodeId: THIRD };
    const before = [aPeer(aMemberDocument({ nodeId: NODE, address: '10.0.0.1' })), other];
    expect(restartLeaderless.apply(leaderless(31_999, before, { state }))).toBeNull();
    expect(restartLeaderless.apply(leaderless(32_000, before, { state }))).not.toBeNull();
    expect(restartLeaderless.apply(leaderless(12_000, [other, third]))).not.toBeNull();
  });

  it('is left alone where this node is no voter, or the only one', () => {
    const view = leaderless(600_000, [other, third]);
    const { mirror } = view;
    if (mirror === null) throw new Error('the builder gives a mirror');
    const voters = (...left: number[]) => left.flatMap((index) => names[index] ?? []);
    expect(restartLeaderless.apply({ ...view, mirror: { ...mirror, voters: voters(1, 2) } })).toBeNull();
    expect(restartLeaderless.apply({ ...view, mirror: { ...mirror, voters: voters(0) } })).toBeNull();
    expect(restartLeaderless.apply({ ...view, mirror: null })).toBeNull();
  });

  it('is none while it has a leader', () => {
    const view = leaderless(0, [other, third]);
    const memory = { ...view.memory, leaderlessSinceMs: null };
    expect(restartLeaderless.apply({ ...view, memory })).toBeNull();
  });
});
