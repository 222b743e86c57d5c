import { describe, expect, it } from 'vitest';
import { decideMembership } from './decide-membership.ts';
import { aMember, aPeer, aView, aWaitingPeer, MINUTE_MS, nameOf } from './membership-builders.ts';

const aLearner = (n: number, name = nameOf(n)) => aMember(n, { isLearner: true, name });
const aLearningPeer = (n: number, applied = 5000) =>
  aPeer(n, { reading: { isLearner: true, raftAppliedIndex: applied } });
const learning = (n: number, sinceMs: number) => ({ memberId: `m${n}`, appliedIndex: 1, sinceMs });

describe('a node that waits', () => {
  it('is added as a learner under the name it would join with', () => {
    const view = aView({ voters: [1], peers: [aWaitingPeer(2), aWaitingPeer(3)], primary: null });
    expect(decideMembership(view)).toEqual({
      action: { kind: 'add-learner', peerUrl: `https://${nameOf(2)}:2380` },
      reason: 'voter-wanted',
      detail: nameOf(2),
    });
  });

  it('is added at the port that is mapped to its etcd', () => {
    const peers = [aWaitingPeer(2, { etcdPeerPort: 32_380 }), aWaitingPeer(3)];
    const view = aView({ voters: [1], peers, primary: null });
    expect(decideMembership(view).action).toEqual({
      kind: 'add-learner',
      peerUrl: `https://${nameOf(2)}:32380`,
    });
  });

  it('is added first on the node of the primary', () => {
    const view = aView({ voters: [1], peers: [aWaitingPeer(2), aWaitingPeer(3)], primary: 3 });
    expect(decideMembership(view).detail).toBe(nameOf(3));
  });

  it('is added to two voters only once the second has been there for 6 s', () => {
    const at = (settledForMs: number) =>
      decideMembership(aView({ voters: [1, 2], peers: [aPeer(2), aWaitingPeer(3)], settledForMs }));
    expect(at(5999)).toMatchObject({ action: { kind: 'none' }, reason: 'membership-settling' });
    expect(at(6000).reason).toBe('voter-wanted');
  });

  it('does not become a voter where two nodes make one voter', () => {
    const view = aView({ voters: [1], peers: [aWaitingPeer(2)], primary: 1 });
    expect(decideMembership(view).action.kind).toBe('none');
  });

  it.each([
    ['its etcd runs', aWaitingPeer(3, { etcdRunning: true })],
    ['its volume holds etcd data', aWaitingPeer(3, { etcdData: true })],
    ['its status is old', aWaitingPeer(3, { ageMs: 5001 })],
    ['its name is that of another node', aWaitingPeer(3, { memberName: nameOf(4) })],
    ['its name is no name', aWaitingPeer(3, { memberName: 'x:1/../' })],
    ['it is of an earlier epoch', aWaitingPeer(3, { epoch: 0 })],
  ])('is not added while %s', (_, peer) => {
    const view = aView({ voters: [1, 2], records: [1, 2, 3], peers: [aPeer(2), peer] });
    expect(decideMembership(view)).toMatchObject({ action: { kind: 'none' }, reason: 'voters-missing' });
  });

  it('is not added while a voter is not healthy that the quorum would need', () => {
    const peers = [aPeer(2, { reading: { errors: ['etcdserver: no leader'] } }), aWaitingPeer(3)];
    expect(decideMembership(aView({ voters: [1, 2], peers })).action.kind).toBe('none');
  });

  it('is not added while an older incarnation of it is in the list', () => {
    const view = aView({
      members: [aMember(1), aMember(2), aMember(3, { incarnation: 'bbbbbbbb' })],
      peers: [aPeer(2), aWaitingPeer(3)],
    });
    expect(decideMembership(view)).toMatchObject({
      action: { kind: 'remove-member', memberId: 'm3' },
      reason: 'member-superseded',
    });
  });

  it('is not added beside a learner', () => {
    const members = [aMember(1), aLearner(2)];
    const view = aView({ voters: [1], members, peers: [aLearningPeer(2, 10), aWaitingPeer(3)] });
    expect(decideMembership(view).reason).toBe('learner-catching-up');
  });
});

describe('a learner', () => {
  const members = [aMember(1), aLearner(2)];
  const view = (peer = aLearningPeer(2), difference = {}) =>
    aView({ voters: [1, 2], members, peers: [peer], ...difference });

  it('gets its vote at once when it is in sync', () => {
    expect(decideMembership(view(aLearningPeer(2, 4600), { settledForMs: 0 }))).toEqual({
      action: { kind: 'promote', memberId: 'm2' },
      reason: 'learner-in-sync',
      detail: nameOf(2),
    });
  });

  it.each([
    ['it is behind', aLearningPeer(2, 4400)],
    ['it follows another leader', aPeer(2, { reading: { isLearner: true, leaderId: 'm9' } })],
    ['it has another term', aPeer(2, { reading: { isLearner: true, raftTerm: 1 } })],
    ['it has errors', aPeer(2, { reading: { isLearner: true, errors: ['alarm'] } })],
    ['its status is old', { ...aLearningPeer(2), ageMs: 6000 }],
    ['its etcd tells nothing', aPeer(2, { reading: null })],
  ])('is waited for while %s', (_, peer) => {
    expect(decideMembership(view(peer))).toMatchObject({
      action: { kind: 'none' },
      reason: 'learner-catching-up',
    });
  });

  it('is waited for before it has started', () => {
    const unstarted = [aMember(1), aLearner(2, '')];
    const peers = [aWaitingPeer(2)];
    expect(decideMembership(aView({ voters: [1, 2], members: unstarted, peers })).reason).toBe(
      'learner-starting',
    );
  });

  it('gets no vote that would cost the quorum', () => {
    const four = [aMember(1), aMember(2), aMember(3), aLearner(4)];
    const peers = [
      aPeer(2, { reading: { raftAppliedIndex: 1 } }),
      aPeer(3, { ageMs: 9000 }),
      aLearningPeer(4),
    ];
    expect(decideMembership(aView({ members: four, peers })).reason).toBe('learner-waits-for-voters');
  });

  it('is removed when it came no further for five minutes', () => {
    const stalled = (sinceMs: number) => ({ learner: learning(2, sinceMs) });
    const now = aView().nowMs;
    expect(decideMembership(view(aLearningPeer(2, 1), stalled(now - 5 * MINUTE_MS)))).toMatchObject({
      action: { kind: 'remove-member', memberId: 'm2' },
      reason: 'learner-stalled',
    });
    expect(decideMembership(view(aLearningPeer(2, 1), stalled(now - 299_999))).action.kind).toBe('none');
  });

  it('is not removed for the slowness of the learner before it', () => {
    expect(decideMembership(view(aLearningPeer(2, 1), { learner: learning(7, 0) })).action.kind).toBe('none');
  });

  it('is removed at once when its node has another incarnation', () => {
    const peer = aWaitingPeer(2, { memberName: nameOf(2, 'bbbbbbbb') });
    expect(decideMembership(view(peer)).reason).toBe('member-superseded');
  });
});
