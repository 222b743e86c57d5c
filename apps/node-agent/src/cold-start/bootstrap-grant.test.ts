import { describe, expect, it } from 'vitest';
import { nodeId } from '../copies/copy-builders.ts';
import { type BootstrapView, decideBootstrapGrant } from './bootstrap-grant.ts';
import { aHolder, aLeaderKey, aMember, EMPTY, UNREADABLE } from './cold-start-builders.ts';

/** Node 1 was granted, has initialised and is gone with the only copy; nothing was in it. */
function decide(difference: Partial<BootstrapView> = {}) {
  return decideBootstrapGrant({
    etcdReadable: true,
    leader: null,
    bootstrap: nodeId(1),
    initialized: true,
    members: [aMember(1), aMember(3, EMPTY), aMember(2, EMPTY)],
    everHeld: [nodeId(1)],
    gone: new Set([nodeId(1)]),
    userData: false,
    permitted: false,
    ...difference,
  });
}

describe('the right to initialise', () => {
  it('goes to the lowest node once all copies are gone and held nothing of a user', () => {
    expect(decide()).toEqual({
      grant: { to: nodeId(2), expected: nodeId(1), clearInitialize: true },
      reason: 'copies-gone',
      because: [],
    });
  });

  it('goes on from a grantee that was lost before it had initialised, whatever `user_data` says', () => {
    expect(decide({ initialized: false, everHeld: [], userData: null })).toEqual({
      grant: { to: nodeId(2), expected: nodeId(1), clearInitialize: false },
      reason: 'grantee-gone',
      because: [],
    });
    expect(decide({ initialized: false, everHeld: [], bootstrap: null }).grant).toMatchObject({
      expected: null,
    });
  });

  it('is given anew to a node that says itself that it lost its copy', () => {
    const members = [aMember(1, EMPTY), aHolder(2, { unfinished: 'clone' })];
    expect(decide({ members, gone: new Set() }).grant).toEqual({
      to: nodeId(1),
      expected: nodeId(1),
      clearInitialize: true,
    });
  });

  it.each([
    ['etcd does not answer', { etcdReadable: false }, 'etcd-unreachable', []],
    ['somebody leads', { leader: aLeaderKey(2, { runsPrimary: true }) }, 'leader-key-held', []],
    ['a member holds a copy', { members: [aMember(1), aHolder(2, { restored: true })] }, 'copy-exists', [2]],
    [
      'a cut rewind is left',
      { members: [aMember(1), aHolder(2, { unfinished: 'rewind' as const })] },
      'copy-exists',
      [2],
    ],
    ['a member is silent and not gone', { members: [aMember(3), aMember(2, EMPTY)] }, 'copy-may-exist', [3]],
    [
      'a member’s data cannot be read',
      { members: [aMember(3, UNREADABLE), aMember(2, EMPTY)] },
      'copy-may-exist',
      [3],
    ],
    [
      'one that held a copy is no member and not gone',
      { everHeld: [nodeId(1), nodeId(7)] },
      'copy-may-exist',
      [7],
    ],
    ['the grantee is at it', { initialized: false, bootstrap: nodeId(3) }, 'grant-stands', []],
    [
      'a copy is set aside',
      { members: [aMember(2, { kind: 'nothing' as const, setAside: true })] },
      'copy-set-aside',
      [2],
    ],
    ['there was user data', { userData: true }, 'data_lost', [1]],
    ['nobody knows whether there was', { userData: null }, 'data_lost', [1]],
    [
      'somebody held a copy of what was not initialised',
      { userData: null, initialized: false },
      'data_lost',
      [1],
    ],
    ['initialised before anybody noted who held it', { userData: null, everHeld: [] }, 'data_lost', []],
    ['nobody is there', { members: [aMember(1)] }, 'nobody-reports', []],
  ])('stays as it is while %s', (_name, difference, reason, because) => {
    expect(decide(difference)).toEqual({ grant: null, reason, because: because.map(nodeId) });
  });

  it('is given after all by a person, but not while a copy may come back', () => {
    const setAside = [aMember(2, { kind: 'nothing' as const, setAside: true })];
    expect(decide({ userData: true, permitted: true }).grant).toMatchObject({ to: nodeId(2) });
    expect(decide({ members: setAside, userData: true, permitted: true }).grant).toMatchObject({
      to: nodeId(2),
    });
    expect(decide({ gone: new Set(), permitted: true }).reason).toBe('copy-may-exist');
    expect(decide({ members: [aHolder(2)], permitted: true }).reason).toBe('copy-exists');
  });
});
