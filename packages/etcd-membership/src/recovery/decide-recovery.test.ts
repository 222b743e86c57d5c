import { describe, expect, it } from 'vitest';
import { decideRecovery } from './decide-recovery.ts';
import { aListed, anIntent, aPeer, aView, CLUSTER, GRACE_MS } from './recovery-builders.ts';
import type { RecoveryAction, RecoveryPeer, RecoveryView } from './recovery-view.ts';

const unlost = (nodeId: string, difference: Partial<RecoveryPeer> = {}) =>
  aPeer(nodeId, { etcdData: false, ...difference });

function reasonOf(difference: Parameters<typeof aView>[0]): [RecoveryAction['kind'], string, string] | null {
  const decided = decideRecovery(aView(difference));
  return decided && [decided.action.kind, decided.reason, decided.detail];
}

describe('a recovery', () => {
  it('is begun by the lead, one epoch beyond all that anybody knows', () => {
    expect(decideRecovery(aView())).toEqual({
      action: {
        kind: 'persist',
        state: {
          epoch: 1,
          seededBy: null,
          intent: anIntent('n1', ['n1', 'n2']),
          cancelled: [],
          seeding: false,
        },
      },
      reason: 'recovery-begins',
      detail: 'epoch 2',
    });
    const name = { clusterId: CLUSTER, epoch: 6, seederNodeId: 'n3' };
    expect(reasonOf({ peers: [unlost('n2', { cancelled: [name] })] })?.[2]).toBe('epoch 7');
    expect(reasonOf({ peers: [unlost('n2', { intent: anIntent('n3', [], { epoch: 4 }) })] })?.[2]).toBe(
      'epoch 5',
    );
  });

  it('is nobody’s business while etcd answers', () => {
    expect(decideRecovery(aView({ etcdUnreachableForMs: 0 }))).toBeNull();
  });

  it('does not begin while it is unknown who voted', () => {
    expect(reasonOf({ voters: [] })).toEqual(['none', 'voters-unknown', '']);
  });

  it.each<[string, Partial<RecoveryView>]>([
    ['it is only silent', { gone: new Set(['n3']), peers: [aPeer('n2')] }],
    ['a member that is not gone may hold it', { gone: new Set(), peers: [unlost('n3')] }],
  ])('does not begin while a majority may return, since %s', (_, difference) => {
    expect(reasonOf(difference)).toEqual(['none', 'majority-may-return', 'n1, n2']);
  });

  it('waits for the grace, unless every member answers', () => {
    expect(reasonOf({ etcdUnreachableForMs: GRACE_MS - 1000 })).toEqual([
      'none',
      'etcd-silent-too-briefly',
      '599 s',
    ]);
    const all = { gone: new Set<string>(), peers: [unlost('n2'), unlost('n3')], etcdUnreachableForMs: 1 };
    expect(reasonOf(all)?.[1]).toBe('recovery-begins');
  });

  it('begins when all voters of the mirror run their etcd in vain, once somebody is gone', () => {
    const runs = { etcdRuns: true, etcdData: true };
    const stuck = { self: runs, peers: [aPeer('n2', runs)] };
    expect(reasonOf(stuck)?.[1]).toBe('recovery-begins');
    expect(reasonOf({ ...stuck, etcdUnreachableForMs: GRACE_MS - 1 })?.[1]).toBe('etcd-silent-too-briefly');
    expect(reasonOf({ ...stuck, peers: [aPeer('n2')] })?.[1]).toBe('majority-may-return');
    const nobodyGone = { ...stuck, gone: new Set<string>(), peers: [aPeer('n2', runs), aPeer('n3', runs)] };
    expect(reasonOf(nobodyGone)?.[1]).toBe('majority-may-return');
  });

  it('takes everybody who answers for the cluster into the intent, also one that the mirror does not know', () => {
    const decided = decideRecovery(aView({ peers: [unlost('n2'), aPeer('n9')] }));
    expect(decided).toMatchObject({ action: { state: { intent: { participants: ['n1', 'n2', 'n9'] } } } });
  });

  it('counts nobody as gone who answers', () => {
    const gone = new Set(['n2', 'n3']);
    const decided = decideRecovery(aView({ gone }));
    expect(decided).toMatchObject({ action: { state: { intent: { participants: ['n1', 'n2'] } } } });
    expect(reasonOf({ gone, voters: ['n1', 'n2'], peers: [aPeer('n2')] })?.[1]).toBe('majority-may-return');
  });

  it('waits while it is not clear which copy leads', () => {
    const lead = { nodeId: null, blocked: 'two system ids' };
    expect(reasonOf({ lead })).toEqual(['none', 'lead-blocked', 'two system ids']);
  });
});

describe('what blocks a recovery', () => {
  const heard = aListed('10.0.0.2', { kind: 'authenticated', nodeId: 'n2' }, 'n2');
  it.each<[string, Parameters<typeof aView>[0], string, string]>([
    ['no listing', { listed: null }, 'listing-unknown', ''],
    [
      'a silent address',
      { listed: [heard, aListed('10.0.0.9', 'silent')] },
      'address-silent',
      '10.0.0.9: is silent',
    ],
    [
      'an address that proves nothing',
      { listed: [heard, aListed('10.0.0.9', 'present')] },
      'address-unverifiable',
      '10.0.0.9: is present',
    ],
    [
      'a listed address of a gone member, by the witnesses alone',
      { listed: [heard, aListed('10.0.0.3', 'silent', 'n3')] },
      'address-silent',
      '10.0.0.3: is silent',
    ],
    [
      'an unverifiable address, whatever was declared',
      { listed: [aListed('10.0.0.3', 'present', 'n3')], declaredGone: new Set(['n3']) },
      'address-unverifiable',
      '10.0.0.3: is present',
    ],
    [
      'a member with an old status',
      {
        voters: ['n1', 'n3', 'n4'],
        gone: new Set(['n3', 'n4']),
        listed: [],
        peers: [unlost('n2', { ageMs: 5001 })],
      },
      'member-silent',
      'n2 at 10.0.0.2',
    ],
    ['a silent former voter', { formerVoters: ['n7'] }, 'member-silent', 'n7'],
    ['a stale member', { peers: [unlost('n2', { stale: true })] }, 'member-stale', 'n2 at 10.0.0.2'],
    ['a fenced member', { peers: [unlost('n2', { fenced: true })] }, 'member-stale', 'n2 at 10.0.0.2'],
    [
      'a member that too few witnesses list',
      { peers: [unlost('n2', { listedByQuorum: false })] },
      'member-not-listed',
      'n2 at 10.0.0.2',
    ],
    [
      'not knowing whether it is listed',
      { self: { listedByQuorum: null } },
      'member-not-listed',
      'n1 at 10.0.0.1',
    ],
  ])('is %s, before the intent and before the seeding', (_, difference, reason, detail) => {
    expect(reasonOf(difference)).toEqual(['none', reason, detail]);
    const intent = anIntent('n1', ['n1', 'n2']);
    expect(reasonOf({ ...difference, self: { ...difference?.self, intent } })).toEqual([
      'hold',
      reason,
      detail,
    ]);
  });

  it.each<[string, Partial<RecoveryView>]>([
    [
      'virgins and other clusters',
      { listed: [aListed('10.0.0.8', 'virgin'), aListed('10.0.0.9', 'other-cluster')] },
    ],
    [
      'silence that was declared',
      { listed: [aListed('10.0.0.3', 'silent', 'n3')], declaredGone: new Set(['n3']) },
    ],
    [
      'the witnesses, when every member answers',
      { gone: new Set(), peers: [unlost('n2', { listedByQuorum: false }), unlost('n3')] },
    ],
  ])('is not %s', (_, difference) => {
    expect(reasonOf(difference)?.[1]).toBe('recovery-begins');
  });
});

describe('the others', () => {
  const lead = { nodeId: 'n2', blocked: null };
  const told = (difference: Partial<RecoveryPeer>) => ({ lead, peers: [unlost('n2', difference)] });

  it('adopt the intent of the lead that they see themselves, without waiting for the grace again', () => {
    const intent = anIntent('n2', ['n1', 'n2']);
    const decided = decideRecovery(aView({ ...told({ intent }), etcdUnreachableForMs: 1 }));
    expect(decided).toMatchObject({
      action: { kind: 'persist', state: { intent } },
      reason: 'intent-adopted',
    });
  });

  it.each<[string, Partial<RecoveryPeer>]>([
    ['has none', {}],
    ['has adopted another node’s', { intent: anIntent('n1', ['n1', 'n2']), cancelled: [] }],
    ['leaves somebody out', { intent: anIntent('n2', ['n2']) }],
    ['means another cluster', { intent: anIntent('n2', ['n1', 'n2'], { clusterId: 'c9' }) }],
  ])('wait while the lead %s', (_, difference) => {
    const self = { cancelled: [{ clusterId: CLUSTER, epoch: 2, seederNodeId: 'n1' }] };
    expect(reasonOf({ ...told(difference), self })?.slice(0, 2)).toEqual(['none', 'waiting-for-intent']);
  });

  it('stop Patroni, then etcd, and wait for the seeder', () => {
    const intent = anIntent('n2', ['n1', 'n2']);
    const after = (patroniRuns: boolean | null, etcdRuns: boolean | null) =>
      reasonOf({ ...told({ intent }), self: { intent, patroniRuns, etcdRuns } })?.slice(0, 2);
    expect(after(true, true)).toEqual(['stop-patroni', 'intent-held']);
    expect(after(null, false)).toEqual(['stop-patroni', 'intent-held']);
    expect(after(false, true)).toEqual(['stop-etcd', 'intent-held']);
    expect(after(false, false)).toEqual(['hold', 'waiting-for-seeder']);
  });
});

describe('a promise', () => {
  const intent = anIntent('n2', ['n1', 'n2']);
  const held = (peer: Partial<RecoveryPeer>, rest: Partial<RecoveryView> = {}) =>
    decideRecovery(aView({ self: { intent }, peers: [unlost('n2', peer)], ...rest }));

  it('is released by the seeder’s own word and remembered', () => {
    const name = { clusterId: CLUSTER, epoch: 2, seederNodeId: 'n2' };
    expect(held({ cancelled: [name] })).toMatchObject({
      action: { kind: 'persist', state: { intent: null, cancelled: [name] } },
      reason: 'intent-cancelled',
    });
    const other = aPeer('n3', { cancelled: [name] });
    expect(held({}, { peers: [unlost('n2', { intent }), other] })?.reason).toBe('waiting-for-seeder');
  });

  it('is released when the seeder is gone, not when it is silent', () => {
    const silent = { peers: [aPeer('n3')], gone: new Set<string>() };
    expect(held({}, silent)?.reason).toBe('waiting-for-seeder');
    expect(held({}, { ...silent, gone: new Set(['n2']) })?.reason).toBe('seeder-gone');
  });

  it('is moot once its epoch is there', () => {
    expect(decideRecovery(aView({ self: { intent, epoch: 2 } }))?.reason).toBe('intent-moot');
  });

  it('to a seeder that knows nothing of it is cancelled by that seeder', () => {
    const peers = [unlost('n2', { intent: anIntent('n1', ['n1', 'n2'], { epoch: 5 }) })];
    const decided = decideRecovery(aView({ peers }));
    expect(decided).toMatchObject({
      action: { state: { intent: null, cancelled: [{ epoch: 5, seederNodeId: 'n1' }] } },
      reason: 'intent-unknown',
    });
  });
});

describe('the seeder', () => {
  const intent = anIntent('n1', ['n1', 'n2']);
  const own = (difference: NonNullable<Parameters<typeof aView>[0]>) =>
    aView({ ...difference, self: { intent, ...difference.self } });

  it('seeds once all have promised and stopped', () => {
    expect(decideRecovery(own({ peers: [unlost('n2', { intent })] }))).toEqual({
      action: {
        kind: 'seed',
        state: { epoch: 2, seededBy: 'n1', intent: null, cancelled: [], seeding: true },
      },
      reason: 'all-acknowledged',
      detail: 'epoch 2',
    });
  });

  it.each<[string, Partial<RecoveryPeer>]>([
    ['has not promised', {}],
    ['has promised something else', { intent: anIntent('n1', [], { epoch: 3 }) }],
    ['still runs Patroni', { intent, patroniRuns: true }],
    ['still runs etcd', { intent, etcdRuns: true }],
    ['does not know what it runs', { intent, etcdRuns: null }],
  ])('waits while one of the others %s', (_, difference) => {
    const cancelled = [{ clusterId: CLUSTER, epoch: 3, seederNodeId: 'n1' }];
    const decided = decideRecovery(own({ self: { cancelled }, peers: [unlost('n2', difference)] }));
    expect(decided).toMatchObject({
      action: { kind: 'hold' },
      reason: 'waiting-for-acknowledgements',
      detail: 'n2',
    });
  });

  it.each<[string, Parameters<typeof own>[0]]>([
    ['seeder-stale', { self: { stale: true } }],
    ['seeder-stale', { self: { fenced: true } }],
    ['etcd-answers', { etcdUnreachableForMs: 0 }],
    ['gone-member-returned', { peers: [unlost('n2', { intent }), unlost('n3')] }],
    ['lead-changed', { lead: { nodeId: 'n2', blocked: null }, peers: [unlost('n2', { intent })] }],
  ])('cancels: %s', (reason, difference) => {
    expect(decideRecovery(own(difference))).toMatchObject({
      action: { kind: 'persist', state: { intent: null, cancelled: [{ epoch: 2, seederNodeId: 'n1' }] } },
      reason,
    });
  });

  it('does not cancel for silence: it may just have been restarted', () => {
    const decided = decideRecovery(own({ peers: [], listed: [], gone: new Set() }));
    expect(decided).toMatchObject({ action: { kind: 'hold' }, reason: 'member-silent' });
  });

  it('waits while no lead is known', () => {
    const lead = { nodeId: null, blocked: 'fork' };
    expect(decideRecovery(own({ lead, peers: [unlost('n2', { intent })] }))?.reason).toBe('lead-blocked');
  });

  it('goes on with a seeding that was cut short, whoever has returned meanwhile', () => {
    const self = { intent: null, epoch: 2, seededBy: 'n1', seeding: true };
    const decided = decideRecovery(aView({ self, peers: [unlost('n2'), aPeer('n3')] }));
    expect(decided).toMatchObject({ action: { kind: 'seed', state: { epoch: 2, seeding: true } } });
    expect(decided?.reason).toBe('seeding-resumed');
  });

  it('does not go on with a seeding while a later promise is held', () => {
    const held = (seederNodeId: string) =>
      reasonOf({
        self: {
          intent: anIntent(seederNodeId, ['n1', 'n2', 'n3'], { epoch: 3 }),
          epoch: 2,
          seededBy: 'n1',
          seeding: true,
        },
        gone: new Set(),
      });
    expect(held('n3')).toEqual(['hold', 'waiting-for-seeder', 'epoch 3 of n3']);
    expect(held('n1')?.[0]).toBe('hold');
  });
});

describe('a stale node', () => {
  it('takes no part, and goes on with nothing', () => {
    expect(reasonOf({ self: { stale: true } })).toEqual(['none', 'stale', '']);
    expect(reasonOf({ self: { stale: true, seeding: true } })).toEqual(['hold', 'stale', '']);
    expect(reasonOf({ self: { fenced: true, intent: anIntent('n3', []) }, gone: new Set() })?.[1]).toBe(
      'stale',
    );
    expect(reasonOf({ self: { stale: true }, etcdUnreachableForMs: 0 })).toBeNull();
  });
});

describe('a higher epoch', () => {
  const peers = [unlost('n2', { epoch: 3, seededBy: 'n2' })];
  it('stops Patroni, then etcd, and is taken at any time, also by a stale node whose etcd is quorate', () => {
    const with3 = (self: Partial<RecoveryView['self']>) =>
      decideRecovery(aView({ peers, self: { stale: true, ...self }, etcdUnreachableForMs: 0 }));
    expect(with3({ patroniRuns: true, etcdRuns: true })?.action).toEqual({ kind: 'stop-patroni' });
    expect(with3({ etcdRuns: true })?.action).toEqual({ kind: 'stop-etcd' });
    expect(with3({ seeding: true })).toMatchObject({
      action: { kind: 'take-epoch', state: { epoch: 3, seededBy: 'n2', seeding: false } },
      reason: 'higher-epoch-heard',
      detail: 'epoch 3 at n2',
    });
  });

  it('ends a promise up to it, not one beyond it', () => {
    const after = (epoch: number) =>
      decideRecovery(aView({ peers, self: { intent: anIntent('n2', ['n1'], { epoch }) } }));
    expect(after(3)).toMatchObject({ action: { state: { intent: null, cancelled: [{ epoch: 3 }] } } });
    expect(after(4)).toMatchObject({ action: { kind: 'take-epoch', state: { intent: { epoch: 4 } } } });
  });

  it('is told from an equal one by its seeder', () => {
    const self = { epoch: 3, seededBy: 'n1' };
    expect(reasonOf({ self, peers })?.[1]).toBe('higher-epoch-heard');
    expect(reasonOf({ self: { ...self, seededBy: 'n2' }, peers })?.[1]).toBe('recovery-begins');
    expect(reasonOf({ self: { ...self, seededBy: 'n3' }, peers })?.[1]).toBe('recovery-begins');
  });

  it('is not believed from an old status', () => {
    expect(reasonOf({ peers: [unlost('n2', { epoch: 3, ageMs: 5001 })] })?.[1]).not.toBe(
      'higher-epoch-heard',
    );
  });
});
