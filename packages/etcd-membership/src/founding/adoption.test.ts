import { describe, expect, it } from 'vitest';
import { decideFounding } from './decide-founding.ts';
import { aJoin, aListed, aPeer, aProposal, aView } from './founding-builders.ts';

const data = { virgin: false, systemId: '7000' };
const at = (n: number, difference: Parameters<typeof aPeer>[1] = {}) =>
  aListed(`10.0.0.${n}`, aPeer(`n${n}`, difference));
const leadIs = (leadNodeId: string | null, blocked: string | null = null) => ({
  adoption: { leadNodeId, blocked },
});
const holder = (difference: Parameters<typeof aView>[0]) =>
  decideFounding(aView({ self: data, ...leadIs('n2'), ...difference }));

describe('a node that holds data without a cluster', () => {
  it('proposes to adopt it when it is the lead, whatever its address', () => {
    expect(holder({ others: [at(1), at(3, data)] })).toMatchObject({
      action: { kind: 'propose', expectedNodes: 3, shortHanded: false, systemId: '7000' },
      reason: 'furthest-copy',
    });
  });

  it('seals with a majority of joins, those of empty nodes included', () => {
    const founding = aProposal({ systemId: '7000' });
    const join = aJoin({ systemId: '7000', proposerNodeId: 'n2' });
    expect(holder({ self: { ...data, founding }, others: [at(1, { founding: join }), at(3)] })).toMatchObject(
      { action: { kind: 'seal', epoch: 1, adopts: '7000' }, reason: 'majority-joined' },
    );
  });

  it.each([
    ['not-all-answered', { others: [at(1)] }],
    [
      'peer-silent',
      { others: [at(1), aListed('10.0.0.3', 'silent', { silentForMs: 9e9, runningSinceMs: 1e9 })] },
    ],
    ['peer-unverifiable', { others: [at(1), aListed('10.0.0.3', 'present')] }],
    ['size-unknown', { others: [at(1), at(3)], expectedNodes: null }],
    ['size-unknown', { others: [at(1), at(3)], expectedNodes: null, shortHandedForMs: 300_000 }],
    ['two-systems', { others: [at(1), at(3, { ...data, systemId: '6666' })] }],
    ['data-unreadable', { others: [at(1), at(3, { ...data, systemId: null })] }],
    ['adoption-blocked', { others: [at(1), at(3)], ...leadIs('n2', 'fork') }],
    ['lead-unknown', { others: [at(1), at(3)], ...leadIs(null) }],
    ['waiting-for-proposal', { others: [at(1), at(3, data)], ...leadIs('n3') }],
    ['data-without-cluster', { others: [at(1), at(3)], self: { virgin: false } }],
  ])('waits: %s', (reason, difference) => {
    expect(holder(difference)).toMatchObject({ action: { kind: 'wait' }, reason });
  });

  it('does without those that are gone', () => {
    const goneAddresses = new Set(['10.0.0.3']);
    expect(holder({ others: [at(1)], goneAddresses }).reason).toBe('furthest-copy');
  });

  it('joins the adoption of the lead, and takes the cluster that it joined or that has its system', () => {
    const proposal = aProposal({ systemId: '7000' });
    const others = [at(1), at(3, { ...data, founding: proposal })];
    const joined = aJoin({ systemId: '7000', proposerNodeId: 'n3', proposerAddress: '10.0.0.3' });
    expect(holder({ others, ...leadIs('n3') }).action).toEqual({ kind: 'join', joined });
    const sealed = { virgin: false, cluster: { id: 'c1', epoch: 1 } };
    expect(holder({ self: { ...data, founding: joined }, others: [at(3, sealed)] }).action.kind).toBe(
      'take-cluster',
    );
    expect(holder({ others: [at(3, { ...sealed, systemId: '7000' })] }).action.kind).toBe('take-cluster');
    expect(holder({ others: [at(3, { ...sealed, systemId: '6666' })] }).reason).toBe('data-without-cluster');
  });

  it('takes its proposal back when another copy leads', () => {
    const self = { ...data, founding: aProposal({ systemId: '7000' }) };
    expect(holder({ self, others: [at(1), at(3, data)], ...leadIs('n3') })).toMatchObject({
      action: { kind: 'withdraw', clusterId: 'c1' },
      reason: 'lead-changed',
    });
  });
});

describe('an empty node beside data without a cluster', () => {
  const others = [at(1), at(3, data)];

  it('never founds', () => {
    expect(decideFounding(aView({ others, ...leadIs('n3') })).reason).toBe('peer-holds-data');
    expect(decideFounding(aView({ others: [at(3)], unlistedPeers: [aPeer('n8', data)] })).reason).toBe(
      'peer-holds-data',
    );
  });

  it('takes its plain proposal back', () => {
    const founding = aProposal();
    expect(decideFounding(aView({ founding, others }))).toMatchObject({
      action: { kind: 'withdraw' },
      reason: 'peer-holds-data',
    });
  });

  it('joins the adoption of the lead, not another proposal', () => {
    const founding = aProposal({ systemId: '7000' });
    const proposed = [at(1, { founding: aProposal() }), at(3, { ...data, founding })];
    expect(decideFounding(aView({ others: proposed, ...leadIs('n3') })).action).toMatchObject({
      kind: 'join',
      joined: { systemId: '7000', proposerNodeId: 'n3' },
    });
    const plain = [at(1), at(3, { ...data, founding: aProposal() })];
    expect(decideFounding(aView({ others: plain, ...leadIs('n3') })).reason).toBe('peer-holds-data');
  });

  it('gives up a join of a gone proposer for it', () => {
    const view = aView({ founding: aJoin(), others, gone: new Set(['n9']) });
    expect(decideFounding(view)).toMatchObject({
      action: { kind: 'release-join' },
      reason: 'data-outranks',
    });
  });
});

describe('an adoption whose proposer is gone', () => {
  const founding = aJoin({ systemId: '7000' });
  const gone = { gone: new Set(['n9']) };

  it('goes on under the same id with the furthest copy that is left', () => {
    const view = aView({ founding, others: [at(1), at(3, data)], ...gone, ...leadIs('n3') });
    expect(decideFounding(view).action).toMatchObject({
      kind: 'resume',
      resuming: { clusterId: 'c1', seederNodeId: 'n3', systemId: '7000' },
    });
  });

  it('waits for a person when no copy is left', () => {
    const view = { founding, others: [at(1), at(3)], ...gone };
    expect(decideFounding(aView(view))).toMatchObject({ action: { kind: 'wait' }, reason: 'data-lost' });
    const permitted = new Set(['10.0.0.9']);
    expect(decideFounding(aView({ ...view, permitted })).reason).toBe('proposer-lost');
  });
});
