import { describe, expect, it } from 'vitest';
import { decideMembership } from './decide-membership.ts';
import {
  anAbsence,
  aPeer,
  aReading,
  aView,
  aWaitingPeer,
  MINUTE_MS,
  nameOf,
  nodeId,
} from './membership-builders.ts';

const gone = { unlistedForMs: 6 * MINUTE_MS, silentForMs: 7 * MINUTE_MS };

describe('a calm cluster', () => {
  it('is left alone', () => {
    expect(decideMembership(aView())).toEqual({
      action: { kind: 'none' },
      reason: 'membership-complete',
      detail: '',
    });
  });

  it('is left alone by everyone who is not beside the leader', () => {
    const reading = aReading(1, { leaderId: 'm2' });
    const view = aView({ self: { nodeId: nodeId(1), epoch: 1, etcd: { reading, ageMs: 0 } } });
    expect(decideMembership(view).reason).toBe('not-the-leader');
  });

  it('is left alone once a later epoch was heard of', () => {
    const view = aView({ voters: [1], peers: [aWaitingPeer(2, { epoch: 2 }), aWaitingPeer(3)] });
    expect(decideMembership(view).reason).toBe('higher-epoch-heard');
  });
});

describe('nothing is changed on what is unknown or old', () => {
  const departed = { voters: [1, 2, 3], peers: [aPeer(2)], absence: anAbsence({ 3: gone }) };
  it.each([
    ['no list of members', { ...aView(departed), content: null }],
    ['an old list of members', withContentAge(aView(departed), 5001)],
    ['no status of the own etcd', withOwnEtcd(aView(departed), null)],
    ['an old status of the own etcd', withOwnEtcd(aView(departed), 5001)],
  ])('%s', (_, view) => {
    expect(decideMembership(view)).toMatchObject({ action: { kind: 'none' }, reason: 'etcd-unknown' });
  });

  it('counts no voter as healthy whose status is old', () => {
    const view = aView({ ...departed, peers: [aPeer(2, { ageMs: 5001 })] });
    expect(decideMembership(view).action.kind).toBe('none');
  });
});

function withContentAge(view: ReturnType<typeof aView>, ageMs: number) {
  return { ...view, content: view.content && { ...view.content, ageMs } };
}

function withOwnEtcd(view: ReturnType<typeof aView>, ageMs: number | null) {
  const etcd = ageMs === null ? null : { reading: aReading(1), ageMs };
  return { ...view, self: { ...view.self, etcd } };
}

describe('a single voter', () => {
  const alone = { voters: [1], records: [1, 2], peers: [aWaitingPeer(2)], primary: 2 };

  it('is followed by one on the node of the primary', () => {
    expect(decideMembership(aView(alone))).toMatchObject({
      action: { kind: 'add-learner' },
      reason: 'voter-follows-primary',
    });
  });

  it('is left alone while the primary may move again', () => {
    expect(decideMembership(aView({ ...alone, quietForMs: 59_000 })).action.kind).toBe('none');
  });

  it('is what remains of two after ten minutes, on the node of the primary', () => {
    const two = (primary: number | null, settledForMs = 10 * MINUTE_MS) =>
      decideMembership(aView({ voters: [1, 2], primary, settledForMs }));
    expect(two(1)).toMatchObject({
      action: { kind: 'remove-member', memberId: 'm2' },
      reason: 'surplus-voter',
    });
    expect(two(2)).toMatchObject({
      action: { kind: 'move-leader', targetId: 'm2' },
      reason: 'single-voter-on-primary',
    });
    expect(two(null).action.kind).toBe('none');
    expect(two(1, 599_999).action.kind).toBe('none');
  });

  it('is not made of two while a third member may come back', () => {
    const view = aView({ voters: [1, 2], records: [1, 2, 3], primary: 1, settledForMs: 60 * MINUTE_MS });
    expect(decideMembership(view).action).not.toMatchObject({ kind: 'remove-member' });
  });
});

describe('more voters than are wanted', () => {
  it('are tolerated', () => {
    const view = aView({ voters: [1, 2, 3, 4], settledForMs: 60 * MINUTE_MS });
    expect(decideMembership(view).action.kind).toBe('none');
  });
});

describe("etcd's leader", () => {
  it('moves off the node of the primary to the voter that is furthest', () => {
    const peers = [aPeer(2, { reading: { raftAppliedIndex: 4990 } }), aPeer(3)];
    expect(decideMembership(aView({ primary: 1, peers }))).toEqual({
      action: { kind: 'move-leader', targetId: 'm3' },
      reason: 'leader-off-primary',
      detail: nameOf(3),
    });
  });

  it.each([
    ['something changed a moment ago', { quietForMs: 59_999 }],
    ['no voter is healthy', { peers: [aPeer(2, { reading: null }), aPeer(3, { ageMs: 6000 })] }],
  ])('stays while %s', (_, difference) => {
    expect(decideMembership(aView({ primary: 1, ...difference })).action.kind).toBe('none');
  });
});

describe('an absent voter that cannot be replaced yet', () => {
  it('is told', () => {
    const view = aView({ peers: [aPeer(2)], absence: anAbsence({ 3: { silentForMs: 30_000 } }) });
    expect(decideMembership(view)).toEqual({
      action: { kind: 'none' },
      reason: 'voter-absent',
      detail: nameOf(3),
    });
  });
});
