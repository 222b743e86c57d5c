import { describe, expect, it } from 'vitest';
import { type CopyDifference, nodeId } from '../copies/copy-builders.ts';
import {
  aColdView,
  aHolder,
  aLeaderKey,
  aMember,
  EMPTY,
  NOW_MS,
  UNREADABLE,
  type ViewDifference,
} from './cold-start-builders.ts';
import { decideColdStart } from './decide-cold-start.ts';
import { rememberWarmth, type Warmth } from './warmth.ts';

function decide(difference: ViewDifference = {}) {
  const { start, reason, waitingFor } = decideColdStart(aColdView(difference));
  return { start, reason, waitingFor: waitingFor.map((id) => Number(id[7])) };
}

const started = (reason: string) => ({ start: true, reason, waitingFor: [] });
const held = (reason: string, ...waitingFor: number[]) => ({ start: false, reason, waitingFor });

describe('Patroni is not started', () => {
  it.each([
    ['while etcd does not answer', { etcdReadable: false }, held('etcd-unreachable')],
    ['while this volume has not been read', { members: [aMember(1)] }, held('own-volume-unknown')],
    ['on data that cannot be read', { members: [aMember(1, UNREADABLE)] }, held('own-data-unreadable')],
    [
      'while another copy leads',
      { members: [aHolder(1), aHolder(2, { at: [1, 101] })] },
      held('waiting-for-lead', 2),
    ],
    [
      'with data of two systems',
      { members: [aHolder(1), aHolder(2, { systemId: '7' })] },
      held('two-systems', 1, 2),
    ],
    [
      'while a position is unknown',
      { members: [aHolder(1), aHolder(2, { at: null })] },
      held('position-unknown', 2),
    ],
    [
      'on a sole cut rewind',
      { members: [aHolder(1, { unfinished: 'rewind' as const })] },
      held('only-unfinished-rewind', 1),
    ],
    [
      'while another’s data cannot be read',
      { members: [aHolder(1), aMember(2, UNREADABLE)] },
      held('waiting-for-unreadable', 2),
    ],
  ])('%s', (_name, difference, expected) => {
    expect(decide(difference)).toEqual(expected);
  });

  it('by a leader key that nobody proves to hold', () => {
    const members = [aHolder(1), aHolder(2, { at: [1, 101] })];
    expect(decide({ members, leader: aLeaderKey(2, { leaseRenewals: 1 }) })).toEqual(
      held('waiting-for-lead', 2),
    );
    expect(decide({ members, leader: aLeaderKey(2, { leaseRenewals: 2 }) })).toEqual(started('key-held'));
    expect(decide({ members, leader: aLeaderKey(2, { runsPrimary: true }) })).toEqual(started('key-held'));
  });
});

/** Node 2 was heard 250 s ago and not since. */
function heardOf(difference: CopyDifference): Warmth {
  const members = [aHolder(1), aHolder(2, difference), aHolder(3)];
  return aColdView({ members, nowMs: NOW_MS - 250_000 }).warmth;
}

describe('the lead', () => {
  it('starts once everyone has reported', () => {
    expect(decide()).toEqual(started('leads'));
    expect(decide({ members: [aHolder(1), aMember(2, EMPTY), aHolder(3, { at: [1, 90] })] })).toEqual(
      started('leads'),
    );
  });

  it('waits for the last primary as long as it may take, for others a minute after the last new report', () => {
    const members = [aHolder(1), aMember(2), aHolder(3)];
    const lastPrimary = 2;
    expect(decide({ members, lastPrimary, coldForMs: 10_000 })).toEqual(held('waiting-for-last-primary', 2));
    expect(decide({ members, lastPrimary, coldForMs: 299_999 })).toEqual(held('waiting-for-last-primary', 2));
    expect(decide({ members, lastPrimary, coldForMs: 300_000 })).toEqual(started('leads'));
    expect(decide({ members, coldForMs: 59_999 })).toEqual(held('waiting-for-members', 2));
    expect(decide({ members, coldForMs: 60_000 })).toEqual(started('leads'));
  });

  it('counts the minute from a report that came later', () => {
    const past = (n: number, ago: number) => [
      nodeId(n),
      { firstAtMs: NOW_MS - ago, lastAtMs: NOW_MS, copy: null },
    ];
    const warmth = (ago: number): Warmth => ({
      warm: false,
      headlessSinceMs: null,
      coldSinceMs: NOW_MS - 200_000,
      reports: Object.fromEntries([past(1, 200_000), past(3, ago)]),
    });
    const members = [aHolder(1), aMember(2), aHolder(3)];
    expect(decide({ members, warmth: warmth(59_999) })).toEqual(held('waiting-for-members', 2));
    expect(decide({ members, warmth: warmth(60_000) })).toEqual(started('leads'));
  });

  it('waits longer for a member that has told of more before it fell silent', () => {
    const members = [aHolder(1), aMember(2), aHolder(3)];
    expect(decide({ members, warmth: heardOf({ at: [1, 150] }) })).toEqual(held('waiting-for-members', 2));
    expect(decide({ members, warmth: heardOf({ at: [1, 150] }), nowMs: NOW_MS + 50_000 })).toEqual(
      started('leads'),
    );
    expect(decide({ members, warmth: heardOf({ at: null }) })).toEqual(held('waiting-for-members', 2));
  });

  it.each([
    ['less', { at: [1, 50] }],
    ['as much', {}],
    ['only rows that lost to a promotion', { at: [1, 200] }],
    ['an older state', { at: [1, 500], restored: true }],
  ] as const)('does not wait longer for one that has told of %s', (_name, difference) => {
    const members = [aHolder(1, { at: [2, 120], from: [[1, 100]] }), aMember(2), aHolder(3)];
    expect(decide({ members, warmth: heardOf(difference) })).toEqual(started('leads'));
  });

  it('does not wait longer for an equal copy that would have led by its id', () => {
    const heard = [aHolder(1), aHolder(3)];
    const { warmth } = aColdView({ members: heard, nowMs: NOW_MS - 250_000 });
    const members = [aMember(1), aHolder(3)];
    expect(decide({ self: nodeId(3), members, lastPrimary: null, warmth })).toEqual(started('leads'));
  });

  it('does not wait for those that are gone', () => {
    const members = [aHolder(1), aMember(2), aHolder(3, { at: [1, 200] })];
    expect(decide({ members, lastPrimary: 2, gone: [2, 3] })).toEqual(started('leads'));
  });

  it('passes over what could not be told in all that time', () => {
    const coldForMs = 300_000;
    expect(decide({ members: [aHolder(1), aHolder(2, { at: null })], coldForMs })).toEqual(started('leads'));
    expect(decide({ members: [aHolder(1), aMember(2, UNREADABLE)], coldForMs })).toEqual(started('leads'));
    expect(decide({ members: [aHolder(1), aHolder(2, { systemId: '7' })], coldForMs })).toEqual(
      held('two-systems', 1, 2),
    );
  });

  it('waits as long for one that comes late and cannot tell its position yet', () => {
    const coldForMs = 299_000;
    const late = { members: [aHolder(1), aHolder(2, { at: null })], lastPrimary: 2 };
    const before = aColdView({ ...late, members: [aHolder(1), aMember(2)], coldForMs });
    const at = (ms: number, members = late.members) => {
      const came = rememberWarmth(before.warmth, { ...before, members });
      return decideColdStart({ ...before, members, warmth: came, nowMs: before.nowMs + ms });
    };
    expect(at(2000)).toMatchObject({ start: false, reason: 'position-unknown', waitingFor: [nodeId(2)] });
    expect(at(299_000).start).toBe(false);
    expect(at(300_000)).toMatchObject({ start: true, reason: 'leads' });
    // Once it can tell that it has more it leads, however late it is.
    expect(at(2000, [aHolder(1), aHolder(2, { at: [1, 500] })])).toMatchObject({
      reason: 'waiting-for-lead',
    });
  });

  it('is no restored volume, however long the others are silent', () => {
    const members = [aHolder(1, { restored: true }), aMember(2), aMember(3, EMPTY)];
    const coldForMs = 3_600_000;
    expect(decide({ members, coldForMs })).toEqual(held('restored-copy-waits', 2));
    expect(
      decide({ members: [aHolder(1, { restored: true }), aMember(2, UNREADABLE)], coldForMs }).reason,
    ).toBe('restored-copy-waits');
    expect(decide({ members, gone: [2] })).toEqual(started('leads'));
  });
});

describe('a node that need not wait', () => {
  const ahead = [aHolder(2, { at: [1, 200] }), aMember(3)];

  it('is one where PostgreSQL has run under a held key', () => {
    expect(decide({ members: [aHolder(1), ...ahead], warm: true })).toEqual(started('warm'));
  });

  it('is any with synchronous standbys recorded', () => {
    expect(decide({ members: [aHolder(1), ...ahead], syncStandbys: [nodeId(3)] })).toEqual(
      started('sync-protects'),
    );
  });

  it.each([{ restored: true }, { unfinished: 'rewind' as const }])('is never one with %j', (difference) => {
    const members = [aHolder(1, difference), aHolder(2)];
    expect(decide({ members, warm: true, syncStandbys: [nodeId(1)] })).toEqual(held('waiting-for-lead', 2));
    expect(decide({ members, leader: aLeaderKey(2, { runsPrimary: true }) })).toEqual(started('key-held'));
  });
});

describe('a node without a copy', () => {
  const granted = { bootstrap: 1, initialized: false, lastPrimary: null };

  it('initialises where that was granted to it, also after an initdb that was cut short', () => {
    expect(decide({ ...granted, members: [aMember(1, EMPTY), aMember(2)] })).toEqual(
      started('bootstrap-granted'),
    );
    expect(decide({ ...granted, members: [aHolder(1, { unfinished: 'initdb' })] })).toEqual(
      started('bootstrap-granted'),
    );
  });

  it.each([
    ['the grant is another’s', { bootstrap: 2 }, held('waiting-for-leader')],
    ['there is no grant', { bootstrap: null }, held('waiting-for-leader')],
    ['the cluster has been initialised', { initialized: true }, held('waiting-for-leader')],
    ['somebody holds a copy', { members: [aMember(1, EMPTY), aHolder(2)] }, held('copy-exists', 2)],
    [
      'somebody may hold one',
      { members: [aMember(1, EMPTY), aMember(2, UNREADABLE)] },
      held('copy-exists', 2),
    ],
    [
      'a cut rewind is left',
      { members: [aMember(1, EMPTY), aHolder(2, { unfinished: 'rewind' as const })] },
      held('copy-exists', 2),
    ],
  ])('waits while %s', (_name, difference, expected) => {
    expect(decide({ ...granted, members: [aMember(1, EMPTY)], ...difference })).toEqual(expected);
  });

  it('clones once the key is held, and the lead waits for nothing from it', () => {
    expect(decide({ members: [aMember(1, EMPTY)], leader: aLeaderKey(2, { runsPrimary: true }) })).toEqual(
      started('key-held'),
    );
  });
});
