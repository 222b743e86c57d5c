import { describe, expect, it } from 'vitest';
import { nodeId } from '../copies/copy-builders.ts';
import { aHolder, aMember, UNREADABLE } from './cold-start-builders.ts';
import { decideGuards, type GuardView } from './guards.ts';

/** Node 1 was primary and is gone; nodes 2 and 3 run behind it, and Patroni's lag limit lets neither lead. */
function decide(difference: Partial<GuardView> = {}) {
  return decideGuards({
    leadsEtcd: true,
    noLeaderForMs: 60_000,
    failoverPending: false,
    lastPrimary: nodeId(1),
    syncMembers: [],
    members: [
      aMember(1),
      aHolder(2, { running: ['replica', 1, 110] }),
      aHolder(3, { running: ['replica', 1, 120] }),
    ],
    gone: new Set([nodeId(1)]),
    patroniMembers: new Set([nodeId(2), nodeId(3)]),
    ...difference,
  });
}

describe('Patroni is asked for a failover', () => {
  it('to the furthest once everyone who could be ahead is gone', () => {
    expect(decide()).toEqual({ failoverTo: nodeId(3), reason: 'guards-outlived', because: [] });
    const gone = new Set([nodeId(1), nodeId(4)]);
    expect(decide({ syncMembers: [nodeId(1), nodeId(4)], gone }).failoverTo).toBe(nodeId(3));
  });

  it('to one that could be ahead itself', () => {
    expect(decide({ syncMembers: [nodeId(1), nodeId(3)] }).failoverTo).toBe(nodeId(3));
  });

  it('past those who have told that they are behind, in whose race Patroni finds no winner', () => {
    const members = [
      aHolder(1, { running: ['replica', 1, 130] }),
      aHolder(2, { running: ['replica', 1, 120] }),
      aHolder(3, { at: [2, 100], from: [[1, 90]], running: ['replica', 2, 110] }),
    ];
    const patroniMembers = new Set([1, 2, 3].map(nodeId));
    const everyone = { members, gone: new Set<string>(), patroniMembers, syncMembers: [nodeId(2)] };
    expect(decide(everyone).failoverTo).toBe(nodeId(3));
  });

  it.each([
    ['another node’s etcd leads', { leadsEtcd: false }, 'not-the-leader', []],
    ['somebody leads, or nobody knows', { noLeaderForMs: null }, 'leader-known', []],
    ['Patroni may still choose', { noLeaderForMs: 59_999 }, 'leader-awaited', []],
    ['it has been asked', { failoverPending: true }, 'failover-pending', []],
    ['nobody knows the last primary', { lastPrimary: null }, 'last-primary-unknown', []],
    ['a member is silent', { gone: new Set<string>() }, 'waiting-for-members', [1]],
    [
      'a member’s data cannot be read',
      { members: [aHolder(2), aMember(3, UNREADABLE)] },
      'waiting-for-members',
      [3],
    ],
    [
      'a synchronous standby says nothing and is not gone',
      { syncMembers: [nodeId(4)], members: [aHolder(3, { running: ['replica', 1, 120] })] },
      'may-be-ahead',
      [4],
    ],
    ['the lead’s Patroni does not run', { patroniMembers: new Set([nodeId(2)]) }, 'lead-not-running', [3]],
    ['no copy is left', { members: [] }, 'no-copy', []],
    [
      'there are two systems',
      { members: [aHolder(2), aHolder(3, { systemId: '7' })] },
      'two-systems',
      [2, 3],
    ],
  ])('not while %s', (_name, difference, reason, because) => {
    expect(decide(difference)).toEqual({ failoverTo: null, reason, because: because.map(nodeId) });
  });

  it('never past the last primary or a synchronous standby that has returned and cannot tell yet how far it reaches', () => {
    const starting = aHolder(1, { at: null });
    const others = [
      aHolder(2, { running: ['replica', 1, 110] }),
      aHolder(3, { running: ['replica', 1, 120] }),
    ];
    const back = { members: [starting, ...others], gone: new Set<string>(), noLeaderForMs: 3_600_000 };
    const waits = { failoverTo: null, reason: 'may-be-ahead', because: [nodeId(1)] };
    expect(decide(back)).toEqual(waits);
    expect(decide({ ...back, lastPrimary: nodeId(2), syncMembers: [nodeId(1)] })).toEqual(waits);
    const patroniMembers = new Set([1, 2, 3].map(nodeId));
    const told = [aHolder(1, { running: ['replica', 1, 130] }), ...others];
    expect(decide({ ...back, members: told, patroniMembers }).failoverTo).toBe(nodeId(1));
  });

  it('without waiting for silent members for ever, but never past the last primary or to a restored volume', () => {
    const silent = [aMember(4), aHolder(2, { restored: true }), aHolder(3)];
    expect(decide({ members: silent }).reason).toBe('waiting-for-members');
    expect(decide({ members: silent, noLeaderForMs: 300_000 }).failoverTo).toBe(nodeId(3));
    const long = 3_600_000;
    expect(decide({ gone: new Set(), noLeaderForMs: long })).toMatchObject({
      reason: 'may-be-ahead',
      because: [nodeId(1)],
    });
    expect(decide({ members: silent.slice(0, 2), noLeaderForMs: long })).toMatchObject({
      failoverTo: null,
      reason: 'waiting-for-members',
      because: [nodeId(4)],
    });
  });
});
