import { describe, expect, it } from 'vitest';
import { decideMembership } from './decide-membership.ts';
import {
  addressOf,
  anAbsence,
  aPeer,
  aView,
  aWaitingPeer,
  MINUTE_MS,
  nameOf,
  nodeId,
} from './membership-builders.ts';

const gone = { unlistedForMs: 6 * MINUTE_MS, silentForMs: 7 * MINUTE_MS };
const silent = { silentForMs: 11 * MINUTE_MS };

describe('a voter', () => {
  const waiting = { peers: [aPeer(2), aWaitingPeer(4)] };

  it('is removed when it is gone', () => {
    expect(decideMembership(aView({ peers: [aPeer(2)], absence: anAbsence({ 3: gone }) }))).toMatchObject({
      action: { kind: 'remove-member', memberId: 'm3' },
      reason: 'member-gone',
    });
  });

  it.each([
    ['it was unlisted for less than the grace', anAbsence({ 3: { ...gone, unlistedForMs: 299_000 } })],
    ['it gave a sign of life within the grace', anAbsence({ 3: { ...gone, silentForMs: 299_000 } })],
    ['it is listed', anAbsence({ 3: { ...gone, unlistedForMs: null } })],
    ['the last answer was of no use', anAbsence({ 3: gone }, { interrupted: true })],
    ['the last answer is long ago', anAbsence({ 3: gone }, { atMs: 9_000_000 })],
    ['nothing is known of it', null],
  ])('stays while %s', (_, absence) => {
    expect(decideMembership(aView({ peers: [aPeer(2)], absence })).action.kind).toBe('none');
  });

  it('stays though gone while the rest would have no quorum', () => {
    const peers = [aPeer(2, { reading: null })];
    expect(decideMembership(aView({ peers, absence: anAbsence({ 3: gone }) })).action.kind).toBe('none');
  });

  it('is removed 10 s after the last change at the earliest', () => {
    const view = aView({ peers: [aPeer(2)], absence: anAbsence({ 3: gone }), settledForMs: 9999 });
    expect(decideMembership(view)).toMatchObject({ action: { kind: 'none' }, reason: 'membership-settling' });
  });

  it('that was silent for the timeout gives its place to a node that waits', () => {
    const view = { ...waiting, absence: anAbsence({ 3: silent }), unaccounted: null };
    expect(decideMembership(aView({ ...view, formerVoters: [3] }))).toMatchObject({
      action: { kind: 'remove-member', memberId: 'm3' },
      reason: 'member-silent',
    });
  });

  it('that was silent for the timeout is recorded before it is removed', () => {
    const view = aView({ ...waiting, absence: anAbsence({ 3: silent }), formerVoters: [4] });
    expect(decideMembership(view)).toMatchObject({
      action: { kind: 'record-former-voter', nodeId: nodeId(3) },
      reason: 'former-voter-recorded',
    });
  });

  it('that was silent is not recorded while its removal has to wait', () => {
    const view = aView({ ...waiting, absence: anAbsence({ 3: silent }), settledForMs: 9999 });
    expect(decideMembership(view).reason).toBe('membership-settling');
  });

  it('is removed at once when an operator declared it gone', () => {
    const view = aView({ peers: [aPeer(2)], declaredGone: new Set([nodeId(3)]) });
    expect(decideMembership(view).reason).toBe('member-gone');
  });

  it.each([
    ['nobody waits', { peers: [aPeer(2)], absence: anAbsence({ 3: silent }) }],
    ['it was silent for less', { ...waiting, absence: anAbsence({ 3: { silentForMs: 599_000 } }) }],
    ['another voter is not healthy', { peers: [aPeer(2, { reading: null }), aWaitingPeer(4)] }],
    ['nothing is known of it', { ...waiting, absence: null }],
    ['it answers', { peers: [...waiting.peers, aPeer(3, { etcdRunning: false })] }],
  ])('that is silent stays while %s', (_, difference) => {
    const view = aView({ absence: anAbsence({ 3: silent }), ...difference });
    expect(decideMembership(view).action.kind).toBe('none');
  });

  it('that is silent stays while another one of five is silent, too', () => {
    const peers = [aPeer(2), aPeer(3), aWaitingPeer(6)];
    const absence = anAbsence({ 4: silent, 5: silent });
    expect(decideMembership(aView({ voters: [1, 2, 3, 4, 5], peers, absence })).action.kind).toBe('none');
  });

  it('is removed at once when its node has lost its data', () => {
    const peers = [aPeer(2), aWaitingPeer(3)];
    expect(decideMembership(aView({ peers }))).toMatchObject({
      action: { kind: 'remove-member', memberId: 'm3' },
      reason: 'member-without-data',
    });
  });

  it('stays while its node only restarts etcd', () => {
    const peers = [aPeer(2), aPeer(3, { etcdRunning: false, reading: null })];
    expect(decideMembership(aView({ peers })).action.kind).toBe('none');
  });

  it('stays while its node still runs it under a new name', () => {
    const peers = [aPeer(2), aPeer(3, { memberName: nameOf(3, 'bbbbbbbb') })];
    expect(decideMembership(aView({ peers })).action.kind).toBe('none');
  });
});

describe('a voter whose address answers as another node', () => {
  const replaced = (difference: Parameters<typeof aView>[0] = {}) =>
    aView({
      peers: [aPeer(2), aWaitingPeer(4)],
      answering: [
        { address: addressOf(2), nodeId: nodeId(2), ageMs: 0 },
        { address: addressOf(3), nodeId: nodeId(4), ageMs: 0 },
      ],
      absence: anAbsence({ 3: { silentForMs: 20_000 } }),
      ...difference,
    });

  it('is removed at once', () => {
    expect(decideMembership(replaced())).toMatchObject({
      action: { kind: 'remove-member', memberId: 'm3' },
      reason: 'member-replaced',
    });
  });

  it.each([
    ['a listed address does not answer', { unaccounted: ['10.0.0.9'] }],
    ['the listing is not known', { unaccounted: null }],
    ['it was heard a moment ago', { absence: anAbsence({ 3: { silentForMs: 14_000 } }) }],
    ['nobody has watched it', { absence: null }],
    [
      'it answers elsewhere',
      {
        answering: [
          { address: addressOf(3), nodeId: nodeId(4), ageMs: 0 },
          { address: addressOf(9), nodeId: nodeId(3), ageMs: 0 },
        ],
      },
    ],
    ['the answer is old', { answering: [{ address: addressOf(3), nodeId: nodeId(4), ageMs: 5001 }] }],
  ])('stays while %s', (_, difference) => {
    expect(decideMembership(replaced(difference)).action.kind).toBe('none');
  });
});

describe('a former voter', () => {
  const removed = { voters: [1, 2, 4], records: [1, 2, 3, 4], formerVoters: [3] };
  const cut = { ...removed, peers: [aPeer(2), aPeer(4)] };

  it('is one no longer once it answers', () => {
    const view = aView({ ...removed, peers: [aPeer(2), aPeer(4), aWaitingPeer(3)] });
    expect(decideMembership(view)).toEqual({
      action: { kind: 'clear-former-voter', nodeId: nodeId(3) },
      reason: 'former-voter-answered',
      detail: nodeId(3),
    });
  });

  it('is one no longer once it is gone, and is forgotten after that', () => {
    const absence = anAbsence({ 3: gone });
    expect(decideMembership(aView({ ...cut, absence }))).toMatchObject({
      action: { kind: 'clear-former-voter', nodeId: nodeId(3) },
      reason: 'former-voter-gone',
    });
    expect(decideMembership(aView({ ...cut, absence, formerVoters: [] })).reason).toBe('member-forgotten');
  });

  it.each([
    ['it is silent', { absence: anAbsence({ 3: silent }) }],
    ['nothing is known of it', { absence: null }],
    [
      'another node has its address',
      {
        absence: anAbsence({ 3: silent }),
        answering: [{ address: addressOf(3), nodeId: nodeId(4), ageMs: 0 }],
      },
    ],
  ])('stays one while %s', (_, difference) => {
    expect(decideMembership(aView({ ...cut, ...difference })).action.kind).toBe('none');
  });
});

describe('a node that departed', () => {
  it('is forgotten once etcd does not list it', () => {
    const view = aView({ voters: [1, 2], records: [1, 2, 3], absence: anAbsence({ 3: gone }) });
    expect(decideMembership(view)).toEqual({
      action: { kind: 'forget-node', nodeId: nodeId(3) },
      reason: 'member-forgotten',
      detail: nodeId(3),
    });
  });

  it('is removed from etcd first', () => {
    const view = aView({ peers: [aPeer(2)], absence: anAbsence({ 3: gone }) });
    expect(decideMembership(view).action.kind).toBe('remove-member');
  });

  it('is no longer counted: its successor takes the third place', () => {
    const view = aView({
      voters: [1, 2],
      records: [1, 2, 3, 4],
      peers: [aPeer(2), aWaitingPeer(4)],
      absence: anAbsence({ 3: { silentForMs: 60_000, unlistedForMs: 60_000 } }),
    });
    expect(decideMembership(view).reason).toBe('voter-wanted');
  });

  it('is not forgotten while it is only silent', () => {
    const view = aView({ voters: [1, 2], records: [1, 2, 3], absence: anAbsence({ 3: silent }) });
    expect(decideMembership(view).action.kind).toBe('none');
  });
});
