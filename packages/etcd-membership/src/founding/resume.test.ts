import { describe, expect, it } from 'vitest';
import { decideFounding } from './decide-founding.ts';
import { aJoin, aListed, anIntent, aPeer, aProposal, aView } from './founding-builders.ts';

const GONE = { gone: new Set(['n9']) };
const none = { kind: 'none' } as const;
const at = (n: number, difference: Parameters<typeof aPeer>[1] = {}) =>
  aListed(`10.0.0.${n}`, aPeer(`n${n}`, difference));
const decide = (difference: Parameters<typeof aView>[0]) => decideFounding(aView({ ...GONE, ...difference }));

describe('a join whose proposer is gone', () => {
  const founding = aJoin();

  it('is an intent to finish the founding, with the lowest node as the seeder and a fresh epoch', () => {
    const others = [at(1, { promisedEpoch: 4 }), at(3)];
    expect(decide({ founding, others })).toMatchObject({
      action: { kind: 'resume', resuming: { ...anIntent({ epoch: 5, seederNodeId: 'n1' }), join: founding } },
      reason: 'proposer-gone',
    });
  });

  it('waits for a majority, and for a proposer that is not gone or answers', () => {
    const unlisted = aListed('10.0.0.3', aPeer('n3'), { listed: false });
    expect(decide({ founding, others: [unlisted] }).reason).toBe('majority-not-listed');
    expect(decide({ founding, expectedNodes: 2, others: [], shortHandedForMs: 0 }).reason).toBe(
      'majority-not-listed',
    );
    const five = aJoin({ expectedNodes: 5 });
    expect(decide({ founding: five, others: [at(3)] }).reason).toBe('proposer-gone');
    expect(decide({ founding: five, others: [at(3)] }).action.kind).toBe('wait');
    expect(decide({ founding, others: [at(1)], gone: new Set() }).reason).toBe('waiting-for-seal');
    expect(decide({ founding, others: [at(1)], unlistedPeers: [aPeer('n9')] }).reason).toBe(
      'waiting-for-seal',
    );
  });

  it('needs everybody’s answer', () => {
    expect(decide({ founding, others: [at(1), aListed('10.0.0.3', 'silent')] }).reason).toBe('peer-silent');
  });

  it('takes the operator’s word for the proposer', () => {
    const permitted = new Set(['10.0.0.9']);
    expect(decide({ founding, others: [at(1)], gone: new Set(), permitted }).action.kind).toBe('resume');
  });

  it('is released when no majority comes together for the timeout', () => {
    expect(decide({ founding, shortHandedForMs: 300_000 })).toMatchObject({
      action: { kind: 'release-join', clusterId: 'c1' },
      reason: 'proposer-lost',
    });
  });

  it('is released by a cluster that is heard of', () => {
    const cluster = { id: 'c9', epoch: 3 };
    const others = [at(1, { virgin: false, cluster })];
    expect(decide({ founding, others }).action).toEqual({ kind: 'take-cluster', cluster });
    expect(decide({ founding: anIntent(), others }).action).toEqual({ kind: 'take-cluster', cluster });
  });
});

describe('an intent that is seen', () => {
  const intent = anIntent({ seederNodeId: 'n1' });
  const others = [at(1, { founding: intent }), at(3)];

  it('is promised by joined nodes and by virgins that had joined nothing', () => {
    const seen = { action: { kind: 'resume', resuming: { ...intent, join: null } }, reason: 'intent-seen' };
    expect(decide({ others })).toEqual({ ...seen, detail: 'n1' });
    const founding = aJoin();
    expect(decide({ founding, others }).action).toEqual({
      kind: 'resume',
      resuming: { ...intent, join: founding },
    });
  });

  it('is promised by the seeder that it names', () => {
    const named = [at(3, { founding: anIntent() }), at(4)];
    expect(decide({ others: named })).toMatchObject({ action: { kind: 'resume' }, reason: 'intent-seen' });
  });

  it('ends a proposal of this node', () => {
    const founding = aProposal({ clusterId: 'c2' });
    expect(decide({ founding, others })).toMatchObject({
      action: { kind: 'withdraw', clusterId: 'c2' },
      reason: 'founding-resumed',
    });
  });

  it('is not promised twice in an epoch, but outbid by one that had joined', () => {
    const self = { promisedEpoch: 2 };
    expect(decide({ self, others }).reason).toBe('waiting-for-seeder');
    const decided = decide({ self: { ...self, founding: aJoin() }, others });
    expect(decided.action).toMatchObject({ kind: 'resume', resuming: { epoch: 3, seederNodeId: 'n1' } });
  });

  it('waits while its seeder is not there or its proposer answers', () => {
    const absent = [at(3, { founding: intent }), at(4)];
    expect(decide({ others: absent }).reason).toBe('waiting-for-seeder');
    expect(decide({ others, unlistedPeers: [aPeer('n9')] }).reason).toBe('waiting-for-cancel');
  });

  it('is less than the founding that more of the living had joined', () => {
    const mine = aJoin({ clusterId: 'c5' });
    const crowd = [
      at(1, { founding: { ...intent, join: null } }),
      at(3, { founding: aJoin({ clusterId: 'c5' }) }),
    ];
    expect(decide({ founding: mine, others: crowd }).action).toMatchObject({ resuming: { clusterId: 'c5' } });
  });
});

describe('the seeder', () => {
  const founding = anIntent();
  const agreed = [at(3, { founding }), at(4, { founding: { ...founding, join: null } })];

  it('seals in the epoch of the intent once all that are listed and a majority show it', () => {
    expect(decide({ founding, others: agreed })).toMatchObject({
      action: { kind: 'seal', clusterId: 'c1', epoch: 2, shortHanded: false, adopts: null },
      reason: 'majority-resumed',
    });
  });

  const young = { silentForMs: 900_000, runningSinceMs: 1_000_000_000 };
  // Seven were expected when it was proposed, five are now: the larger number counts.
  const five = anIntent({ expectedNodes: 7 });
  const size = { expectedNodes: 5, founding: five };
  it.each([
    ['waiting-for-intents', { others: [...agreed, at(5)] }],
    ['waiting-for-intents', { others: [...agreed, at(3, { founding: anIntent({ epoch: 1 }) })] }],
    ['waiting-for-intents', { others: [...agreed, aListed('10.0.0.5', 'silent', young)] }],
    ['waiting-for-intents', { ...size, others: [at(3, { founding: five }), at(4, { founding: five })] }],
    ['majority-not-listed', { others: [at(3, { founding })], expectedNodes: 5 }],
    ['proposer-not-gone', { others: agreed, gone: new Set<string>() }],
  ])('waits: %s', (reason, difference) => {
    expect(decide({ founding, ...difference })).toMatchObject({ action: { kind: 'wait' }, reason });
  });

  it.each([
    ['proposer-answers', { unlistedPeers: [aPeer('n9')] }],
    ['intent-superseded', { others: [at(1, { founding: anIntent({ epoch: 3, seederNodeId: 'n1' }) })] }],
    ['intent-superseded', { others: [at(1, { founding: anIntent({ seederNodeId: 'n1' }) })] }],
    ['no-majority', { shortHandedForMs: 300_000, others: [] }],
    ['data-outranks', { others: [at(1, { virgin: false, systemId: '7000' })] }],
    [
      'lead-changed',
      {
        founding: anIntent({ systemId: '7000' }),
        others: [at(1, { virgin: false, systemId: '7000' })],
        adoption: { leadNodeId: 'n1', blocked: null },
      },
    ],
  ])('cancels: %s', (reason, difference) => {
    expect(decide({ founding, others: agreed, ...difference })).toMatchObject({
      action: { kind: 'drop-intent', clusterId: 'c1', epoch: 2, founding: aJoin() },
      reason,
    });
  });

  it('refuses for good what it was named for and must not seal', () => {
    const others = [at(3, { founding }), at(4)];
    expect(decide({ others, unlistedPeers: [aPeer('n9')] })).toMatchObject({
      action: { kind: 'drop-intent', clusterId: 'c1', epoch: 2, founding: none },
      reason: 'proposer-answers',
    });
  });
});

describe('an intent of another seeder', () => {
  const founding = anIntent({ seederNodeId: 'n1' });
  const held = (difference: Parameters<typeof aPeer>[1]) => [at(1, difference), at(3, { founding })];

  it('binds while the seeder may still seal it', () => {
    expect(decide({ founding, others: held({ founding }) }).reason).toBe('waiting-for-seeder');
    expect(decide({ founding, others: held({}) }).reason).toBe('waiting-for-seeder');
  });

  it('is dropped once the seeder has promised so far and does not hold it', () => {
    const decided = decide({ founding, others: held({ promisedEpoch: 2 }) });
    expect(decided).toMatchObject({
      action: { kind: 'drop-intent', epoch: 2, founding: aJoin() },
      reason: 'intent-released',
    });
    const virgin = decide({ founding: { ...founding, join: null }, others: held({ promisedEpoch: 2 }) });
    expect(virgin.action).toMatchObject({ kind: 'drop-intent', founding: none });
  });

  it('is begun anew in a higher epoch when the seeder is gone', () => {
    const decided = decide({ founding, others: [at(3, { founding })], gone: new Set(['n1', 'n9']) });
    expect(decided.action).toMatchObject({
      kind: 'resume',
      resuming: { epoch: 3, seederNodeId: 'n2', join: aJoin() },
    });
  });

  it('is dropped when its seeder is gone and its proposer is back', () => {
    const back = { unlistedPeers: [aPeer('n9')], others: [at(3, { founding })], gone: new Set(['n1']) };
    expect(decide({ founding, ...back })).toMatchObject({
      action: { kind: 'drop-intent' },
      reason: 'proposer-answers',
    });
  });
});
