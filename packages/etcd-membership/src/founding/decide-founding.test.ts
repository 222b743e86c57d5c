import { describe, expect, it } from 'vitest';
import { decideFounding } from './decide-founding.ts';
import { majority } from './field.ts';
import { aJoin, aListed, aPeer, aProposal, aView } from './founding-builders.ts';

const low = '10.0.0.1';
const high = '10.0.0.3';
const proposed = aProposal();
const seal = { kind: 'seal', clusterId: 'c1', epoch: 1, shortHanded: false, adopts: null };
const joined = aJoin({ proposerNodeId: 'n2', proposerAddress: '10.0.0.2' });

describe('a node that hears of a sealed cluster', () => {
  it('takes its id instead of founding', () => {
    const peer = aPeer('n1', { virgin: false, cluster: { id: 'c9', epoch: 2 } });
    const { action, reason } = decideFounding(aView({ others: [aListed(low, peer)] }));
    expect(action).toEqual({ kind: 'take-cluster', cluster: { id: 'c9', epoch: 2 } });
    expect(reason).toBe('cluster-heard-of');
  });

  it('hears of it from a peer that the listing does not contain', () => {
    const peer = aPeer('n1', { virgin: false, cluster: { id: 'c9', epoch: 1 } });
    const view = aView({ listing: null, unlistedPeers: [peer] });
    expect(decideFounding(view).action.kind).toBe('take-cluster');
  });

  it('gives up its own proposal for it', () => {
    const peer = aPeer('n1', { virgin: false, cluster: { id: 'c9', epoch: 1 } });
    const view = aView({ founding: proposed, others: [aListed(low, peer)] });
    expect(decideFounding(view).action.kind).toBe('take-cluster');
  });

  it('waits when there are two', () => {
    const others = [
      aListed(low, aPeer('n1', { virgin: false, cluster: { id: 'c8', epoch: 1 } })),
      aListed(high, aPeer('n3', { virgin: false, cluster: { id: 'c9', epoch: 1 } })),
    ];
    expect(decideFounding(aView({ others }))).toMatchObject({
      action: { kind: 'wait' },
      reason: 'two-clusters',
    });
  });

  it('does not put it over data of its own', () => {
    const peer = aPeer('n1', { virgin: false, cluster: { id: 'c9', epoch: 1 } });
    const view = aView({ self: { virgin: false }, others: [aListed(low, peer)] });
    expect(decideFounding(view)).toMatchObject({ action: { kind: 'wait' }, reason: 'data-without-cluster' });
  });
});

describe('a node waits visibly', () => {
  const virgins = [aListed(low, aPeer('n1')), aListed(high, aPeer('n3'))];
  it.each([
    ['own-address-unknown', aView({ self: { address: null }, others: virgins })],
    ['listing-unknown', aView({ listing: null })],
    ['self-not-listed', aView({ listing: { containsSelf: false, others: virgins } })],
    ['size-unknown', aView({ expectedNodes: null, others: virgins })],
    ['majority-not-listed', aView()],
    ['data-without-cluster', aView({ self: { virgin: false }, others: virgins })],
    ['peer-holds-data', aView({ others: [aListed(high, aPeer('n3', { virgin: false }))] })],
    ['peer-unverifiable', aView({ others: [aListed(low, aPeer('n1')), aListed(high, 'present')] })],
    ['peer-silent', aView({ others: [aListed(low, aPeer('n1')), aListed(high, 'silent')] })],
    ['waiting-for-proposal', aView({ others: virgins })],
    ['waiting-for-joins', aView({ founding: proposed, others: [aListed(high, aPeer('n3'))] })],
    ['waiting-for-seal', aView({ founding: { ...joined, proposerNodeId: 'n1' }, others: virgins })],
  ])('with reason %s', (reason, view) => {
    expect(decideFounding(view)).toMatchObject({ action: { kind: 'wait' }, reason });
  });
});

describe('a silent listed instance', () => {
  const silent = (silentForMs: number, runningSinceMs: number | null) =>
    aView({
      others: [aListed(high, aPeer('n3')), aListed('10.0.0.4', 'silent', { silentForMs, runningSinceMs })],
    });

  it('stops blocking after the timeout when it started about when this node did', () => {
    expect(decideFounding(silent(300_000, 1_000_000_000 - 60_000)).action.kind).toBe('propose');
  });

  it('goes on blocking when it is older than this volume and so may hold data', () => {
    expect(decideFounding(silent(9_000_000, 1_000_000_000 - 11 * 60_000)).reason).toBe('peer-silent');
  });

  const old = aListed('10.0.0.4', 'silent', { silentForMs: 9_000_000 });
  const others = [aListed(high, aPeer('n3')), old];

  it('blocks no more once it is gone or the operator declared it dead', () => {
    const address = new Set(['10.0.0.4']);
    expect(decideFounding(aView({ others })).reason).toBe('peer-silent');
    expect(decideFounding(aView({ others, permitted: address })).reason).toBe('lowest-address');
    expect(decideFounding(aView({ others, goneAddresses: address })).reason).toBe('lowest-address');
  });

  it('blocks for as long as it is remembered, though the newest listing does not contain it', () => {
    const unlisted = [aListed(high, aPeer('n3')), { ...old, listed: false }];
    expect(decideFounding(aView({ others: unlisted })).reason).toBe('peer-silent');
  });

  it('blocks though declared dead when something answers at a listed address', () => {
    const answering = [aListed(high, aPeer('n3')), aListed('10.0.0.4', 'present')];
    const address = new Set(['10.0.0.4']);
    const view = aView({ others: answering, permitted: address, goneAddresses: address });
    expect(decideFounding(view).reason).toBe('peer-unverifiable');
  });

  it('keeps a node from joining, too', () => {
    const withProposal = [aListed(low, aPeer('n1', { founding: proposed })), old];
    expect(decideFounding(aView({ others: withProposal })).reason).toBe('peer-silent');
  });

  it('goes on blocking when nobody knows how old it is', () => {
    expect(decideFounding(silent(9_000_000, null)).reason).toBe('peer-silent');
  });
});

describe('the lowest address', () => {
  it('proposes with the number of nodes it expects', () => {
    const decided = decideFounding(aView({ others: [aListed(high, aPeer('n3'))] }));
    expect(decided.action).toEqual({
      kind: 'propose',
      expectedNodes: 3,
      shortHanded: false,
      systemId: null,
    });
  });

  it('seals once a majority has joined, itself counted', () => {
    const others = [aListed(high, aPeer('n3', { founding: joined }))];
    expect(decideFounding(aView({ founding: proposed, others })).action).toEqual(seal);
  });

  it('does not count a join of another proposal', () => {
    const others = [aListed(high, aPeer('n3', { founding: { ...joined, clusterId: 'c2' } }))];
    expect(decideFounding(aView({ founding: proposed, others })).reason).toBe('peer-bound-elsewhere');
  });

  it('counts a node that answers at two addresses once', () => {
    const peer = aPeer('n3', { founding: joined });
    const others = [aListed(high, peer), aListed('10.0.0.4', peer)];
    const founding = aProposal({ expectedNodes: 5 });
    expect(decideFounding(aView({ expectedNodes: 5, founding, others })).reason).toBe('waiting-for-joins');
  });

  it('neither counts nor fears for its place one that is not listed any more', () => {
    const others = [
      aListed(high, aPeer('n3')),
      aListed(low, aPeer('n1', { founding: joined }), { listed: false }),
    ];
    expect(decideFounding(aView({ founding: proposed, others })).reason).toBe('waiting-for-joins');
  });

  it('does not seal while somebody is bound to another proposal', () => {
    const bound = aPeer('n4', { founding: aJoin({ clusterId: 'c2' }) });
    const others = [aListed(high, aPeer('n3', { founding: joined }))];
    const view = aView({ founding: proposed, others, unlistedPeers: [bound] });
    expect(decideFounding(view)).toMatchObject({ reason: 'peer-bound-elsewhere', detail: 'n4' });
  });

  it('keeps its proposal while the size cannot be read', () => {
    const others = [aListed(high, aPeer('n3', { founding: joined }))];
    const decided = decideFounding(aView({ founding: proposed, others, expectedNodes: null }));
    expect(decided.reason).toBe('majority-joined');
  });

  it('does not seal while a listed instance is silent, whoever has joined', () => {
    const others = [aListed(high, aPeer('n3', { founding: joined })), aListed('10.0.0.4', 'silent')];
    expect(decideFounding(aView({ founding: proposed, others })).reason).toBe('peer-silent');
  });

  it('withdraws for a lower candidate', () => {
    const others = [aListed(low, aPeer('n1'))];
    const { action, reason } = decideFounding(aView({ founding: proposed, others }));
    expect(action).toEqual({ kind: 'withdraw', clusterId: 'c1' });
    expect(reason).toBe('lower-candidate');
  });

  it('withdraws when the app is resized', () => {
    const others = [aListed(high, aPeer('n3', { founding: joined }))];
    expect(decideFounding(aView({ founding: proposed, others, expectedNodes: 5 })).reason).toBe(
      'majority-not-listed',
    );
    const more = [...others, aListed('10.0.0.4', aPeer('n4'))];
    expect(decideFounding(aView({ founding: proposed, others: more, expectedNodes: 5 })).reason).toBe(
      'size-changed',
    );
  });

  it('seals alone when one instance is expected', () => {
    expect(decideFounding(aView({ expectedNodes: 1 })).action.kind).toBe('propose');
    const view = aView({ expectedNodes: 1, founding: { ...proposed, expectedNodes: 1 } });
    expect(decideFounding(view).action).toEqual(seal);
  });
});

describe('every other node', () => {
  const proposal = (expectedNodes: number) => aPeer('n1', { founding: aProposal({ expectedNodes }) });

  it('joins the proposal of the candidate that it sees itself', () => {
    const { action } = decideFounding(aView({ others: [aListed(low, proposal(3))] }));
    expect(action).toEqual({ kind: 'join', joined: aJoin({ proposerNodeId: 'n1', proposerAddress: low }) });
  });

  it('does not join a proposal that counts fewer nodes than it knows of', () => {
    const decided = decideFounding(aView({ expectedNodes: 3, others: [aListed(low, proposal(1))] }));
    expect(decided.reason).toBe('proposal-too-small');
  });

  it('does not join a proposal of a higher address', () => {
    const higher = aPeer('n3', { founding: aProposal() });
    expect(decideFounding(aView({ others: [aListed(high, higher)] })).action.kind).toBe('propose');
  });

  it('is released from its join only by the proposer', () => {
    const founding = aJoin({ proposerNodeId: 'n1' });
    const byOther = aView({ founding, others: [aListed(high, aPeer('n3', { withdrawn: ['c1'] }))] });
    expect(decideFounding(byOther).reason).toBe('waiting-for-seal');
    const byProposer = aView({ founding, others: [aListed(low, aPeer('n1', { withdrawn: ['c1'] }))] });
    expect(decideFounding(byProposer)).toMatchObject({
      action: { kind: 'release-join', clusterId: 'c1' },
      reason: 'join-released',
    });
  });
});

describe('majority', () => {
  it.each([
    [1, 1],
    [2, 2],
    [3, 2],
    [4, 3],
    [5, 3],
  ])('of %i is %i', (nodes, expected) => {
    expect(majority(nodes)).toBe(expected);
  });
});
