import { describe, expect, it } from 'vitest';
import {
  aCopy,
  aDocument,
  aMemberDocument,
  aMemberState,
  aPeer,
  aSilentPeer,
  aToldCluster,
  aVolume,
  seen,
  THIRD,
} from '../member-builder.ts';
import { remember } from '../remember.ts';
import type { Listing, View } from '../view.ts';
import { aView, CLUSTER, NODE, OTHER } from '../view-builder.ts';
import { foundCluster } from './founding.ts';

const listed = (...addresses: string[]): View['listing'] =>
  seen<Listing>({ instances: addresses.map((address) => ({ address, runningSinceMs: null })) });

/** Decides after the tick's memory was made of the view, as the loop does. */
function decisionOf(view: View) {
  return foundCluster.apply({ ...view, memory: remember(view) });
}

const plain = { shortHanded: false, systemId: null };
const joinedTo = { ...plain, expectedNodes: 3, proposerAddress: null };

const second = aPeer(aDocument());
const third = aPeer(aDocument({ nodeId: THIRD, address: '10.0.0.3' }));

/** The virgin with the lowest address of three that are listed and answer. */
function aVirgin(difference: Partial<View> = {}): View {
  return aView({
    latestListing: listed('10.0.0.1', '10.0.0.2', '10.0.0.3'),
    peers: [second, third],
    ...difference,
  });
}

function proposing(difference: Partial<View> = {}): View {
  const founding = { kind: 'proposed' as const, clusterId: CLUSTER, expectedNodes: 3, ...plain };
  return aVirgin({ state: { ...aView().state, founding }, ...difference });
}

const waitsFor = (reason: string) => ({ action: { kind: 'wait' }, reason });

describe('founding', () => {
  it('is over for a node with a cluster id', () => {
    expect(decisionOf(aVirgin({ state: aMemberState() }))).toBeNull();
  });

  it('is proposed by the lowest address, with the number of nodes that are expected', () => {
    expect(decisionOf(aVirgin())).toMatchObject({
      action: { kind: 'propose', expectedNodes: 3 },
      reason: 'lowest-address',
    });
  });

  it('is joined by the others, which is persisted before it is told', () => {
    const founding = { kind: 'proposed' as const, clusterId: CLUSTER, expectedNodes: 3, ...plain };
    const lower = aPeer(aDocument({ address: '10.0.0.0', founding }));
    const view = aVirgin({ latestListing: listed('10.0.0.0', '10.0.0.1'), peers: [lower] });
    expect(decisionOf(view)).toMatchObject({
      action: {
        kind: 'persist-state',
        state: { cluster: null, founding: { kind: 'joined', clusterId: CLUSTER, proposerNodeId: OTHER } },
      },
      reason: 'proposal-seen',
    });
  });

  it('compares addresses as numbers, not as texts', () => {
    const view = aView({
      ownAddress: { address: '10.0.0.9', source: 'interface' },
      latestListing: listed('10.0.0.9', '10.0.0.10'),
      peers: [aPeer(aDocument({ address: '10.0.0.10' }))],
    });
    expect(decisionOf(view)?.reason).toBe('lowest-address');
  });

  it('is sealed by its proposer once a majority has joined, and makes it the founder', () => {
    const nodeId = aView().state.nodeId;
    const founding = { kind: 'joined' as const, clusterId: CLUSTER, proposerNodeId: nodeId, ...joinedTo };
    const view = proposing({ peers: [aPeer(aDocument({ founding })), third] });
    expect(decisionOf(view)).toMatchObject({
      action: {
        kind: 'persist-state',
        state: { cluster: { id: CLUSTER, epoch: 1, founder: true }, founding: { kind: 'none' } },
      },
      reason: 'majority-joined',
    });
    expect(decisionOf(proposing())).toMatchObject(waitsFor('waiting-for-joins'));
  });

  it('is withdrawn for good before a lower candidate', () => {
    const lower = aPeer(aDocument({ address: '10.0.0.0' }));
    const view = proposing({ latestListing: listed('10.0.0.0', '10.0.0.1'), peers: [lower] });
    expect(decisionOf(view)).toMatchObject({
      action: { kind: 'persist-state', state: { founding: { kind: 'none' }, withdrawn: [CLUSTER] } },
      reason: 'lower-candidate',
    });
  });

  it('is released by the withdrawal of the proposer', () => {
    const founding = { kind: 'joined' as const, clusterId: CLUSTER, proposerNodeId: OTHER, ...joinedTo };
    const view = aVirgin({
      state: { ...aView().state, founding },
      peers: [aPeer(aDocument({ withdrawn: [CLUSTER] })), third],
    });
    expect(decisionOf(view)).toMatchObject({
      action: { kind: 'persist-state', state: { founding: { kind: 'none' }, cluster: null } },
      reason: 'join-released',
    });
  });

  it('ends by taking a cluster that exists, as no founder and in its epoch, with who sealed it', () => {
    const sealedBy = { nodeId: OTHER, address: '10.0.0.2' };
    const member = aPeer(
      aMemberDocument({
        cluster: aToldCluster({ epoch: 4, sealedBy }),
      }),
    );
    const taken = {
      action: {
        kind: 'persist-state',
        state: { cluster: { id: CLUSTER, epoch: 4, founder: false, sealedBy }, founding: { kind: 'none' } },
      },
      reason: 'cluster-heard-of',
    };
    expect(decisionOf(proposing({ peers: [member, third] }))).toMatchObject(taken);
    const unlisted = { ...member, address: '10.0.0.7', listed: false };
    expect(decisionOf(aVirgin({ peers: [second, third, unlisted] }))).toMatchObject(taken);
  });
});

describe('founding waits', () => {
  it.each<[string, Partial<View>]>([
    ['own-address-unknown', { ownAddress: null }],
    ['listing-unknown', { latestListing: { ok: false, error: 'timeout' } }],
    ['self-not-listed', { latestListing: listed('10.0.0.2', '10.0.0.3') }],
    ['size-unknown', { expectedNodes: null }],
    ['majority-not-listed', { latestListing: listed('10.0.0.1'), peers: [] }],
    ['peer-silent', { peers: [second, aSilentPeer('10.0.0.3', 60_000)] }],
    ['peer-silent', { peers: [second] }],
    [
      'peer-unverifiable',
      { peers: [second, { ...third, heard: { kind: 'present', detail: 'another key' } }] },
    ],
    ['peer-holds-data', { peers: [second, aPeer(aDocument({ virgin: false, address: '10.0.0.3' }))] }],
    ['data-without-cluster', { volume: aVolume({ kind: 'unreadable', reason: 'EIO', majorVersion: null }) }],
    ['data-without-cluster', { volume: aVolume({ kind: 'absent' }, { etcdData: true }) }],
  ])('for %s', (reason, difference) => {
    expect(decisionOf(aVirgin(difference))).toMatchObject(waitsFor(reason));
  });

  it('for a listing that is not older than ten minutes', () => {
    const view = aVirgin();
    const { latestListing } = view;
    if (!latestListing.ok) throw new Error('the builder gives a listing');
    const aged = (ageMs: number) =>
      decisionOf({ ...view, latestListing: { ...latestListing, seenAtMs: view.nowMs - ageMs } });
    expect(aged(600_000)?.reason).toBe('lowest-address');
    expect(aged(600_001)).toMatchObject(waitsFor('listing-unknown'));
    expect(aged(Number.POSITIVE_INFINITY)).toMatchObject(waitsFor('listing-unknown'));
  });

  it('for an instance that was listed lately and has not said that it is empty', () => {
    const before = aVirgin();
    const memory = remember(before);
    const view = aVirgin({ latestListing: listed('10.0.0.1', '10.0.0.2'), peers: [second], memory });
    expect(
      decisionOf({ ...view, nowMs: view.nowMs + 60_000, lookedAtMs: view.nowMs + 60_000 }),
    ).toMatchObject(waitsFor('peer-silent'));
  });
});

describe('a silent instance that may hold data', () => {
  const silent = [second, aSilentPeer('10.0.0.3', 86_400_000)];

  it('blocks for good, unless it began after this volume did or a person permits to found without it', () => {
    expect(decisionOf(aVirgin({ peers: silent }))).toMatchObject(waitsFor('peer-silent'));
    const state = { ...aView().state, permittedAddresses: ['10.0.0.3'] };
    expect(decisionOf(aVirgin({ peers: silent, state }))?.reason).toBe('lowest-address');
    const young = seen<Listing>({
      instances: ['10.0.0.1', '10.0.0.2', '10.0.0.3'].map((address) => ({
        address,
        runningSinceMs: aView().state.firstStartedAtMs - 600_000,
      })),
    });
    expect(decisionOf(aVirgin({ peers: silent, latestListing: young }))?.reason).toBe('lowest-address');
  });

  it('is not passed over on a permission once anything answers there', () => {
    const state = { ...aView().state, permittedAddresses: ['10.0.0.3'] };
    const present = { ...third, heard: { kind: 'present' as const, detail: 'another key' } };
    expect(decisionOf(aVirgin({ peers: [second, present], state }))).toMatchObject(
      waitsFor('peer-unverifiable'),
    );
  });
});

/** `OTHER` proposed, `NODE` joined it, and `OTHER` has been neither listed nor heard since. */
function orphaned(absentForMs: number, difference: Partial<View> = {}): View {
  const founding = {
    kind: 'joined' as const,
    clusterId: CLUSTER,
    proposerNodeId: OTHER,
    ...plain,
    expectedNodes: 3,
    proposerAddress: '10.0.0.2',
  };
  const state = { ...aView().state, founding, declaredGone: [THIRD], permitsNewData: true };
  const first = aVirgin({ state, latestListing: listed('10.0.0.1', '10.0.0.3'), peers: [third] });
  const memory = { ...remember(first), boundAbsentSinceMs: { [OTHER]: first.nowMs - absentForMs } };
  return { ...first, memory, ...difference };
}

describe('a founding whose proposer is gone', () => {
  it('goes on under another seeder once it was absent for the grace of a recovery, and not before', () => {
    expect(foundCluster.apply(orphaned(599_999))).toMatchObject(waitsFor('waiting-for-seal'));
    const decision = foundCluster.apply(orphaned(600_000));
    expect(decision).toMatchObject({
      action: {
        kind: 'persist-state',
        state: {
          cluster: null,
          founding: {
            kind: 'resuming',
            clusterId: CLUSTER,
            epoch: 2,
            seederNodeId: NODE,
            proposerNodeId: OTHER,
          },
          promisedEpoch: 2,
          declaredGone: [THIRD],
          permitsNewData: true,
        },
      },
      reason: 'proposer-gone',
    });
  });

  it('is sealed in an epoch of its seeder once everybody who is listed has promised', () => {
    const view = orphaned(600_000);
    const decision = foundCluster.apply(view);
    if (decision?.action.kind !== 'persist-state') throw new Error('no intent was persisted');
    const { state } = decision.action;
    expect(foundCluster.apply({ ...view, state })).toMatchObject(waitsFor('waiting-for-intents'));
    const { founding } = state;
    if (founding.kind !== 'resuming') throw new Error('no intent was persisted');
    const promised = aDocument({
      nodeId: THIRD,
      address: '10.0.0.3',
      founding: { ...founding, join: null },
      promisedEpoch: 2,
    });
    expect(foundCluster.apply({ ...view, state, peers: [aPeer(promised)] })).toMatchObject({
      action: {
        kind: 'persist-state',
        state: {
          cluster: { id: CLUSTER, epoch: 2, seededBy: NODE, founder: true, seeding: true, adopts: null },
          founding: { kind: 'none' },
          promisedEpoch: 2,
        },
      },
      reason: 'majority-resumed',
    });
  });

  it('is not resumed while the proposer answers, wherever it is', () => {
    const back = aPeer(aDocument({ address: '10.0.0.8' }), { listed: false });
    expect(foundCluster.apply(orphaned(600_000, { peers: [third, back] }))).toMatchObject(
      waitsFor('waiting-for-seal'),
    );
  });

  it('drops the intent for good when the proposer answers after all, and is bound by its join again', () => {
    const view = orphaned(600_000);
    const decision = foundCluster.apply(view);
    if (decision?.action.kind !== 'persist-state') throw new Error('no intent was persisted');
    const back = aPeer(aDocument({ address: '10.0.0.8' }), { listed: false });
    const { state } = decision.action;
    expect(foundCluster.apply({ ...view, state, peers: [third, back] })).toMatchObject({
      action: { kind: 'persist-state', state: { founding: view.state.founding, promisedEpoch: 2 } },
      reason: 'proposer-answers',
    });
  });
});

describe('data without a cluster', () => {
  const copyAt = (nodeId: string, lsn: string, address: string) => {
    const document = aDocument({ nodeId, address, virgin: false });
    const postgres = {
      ...document.volume.postgres,
      kind: 'copy' as const,
      systemId: '7000',
      timeline: 1,
      walEnd: { timeline: 1, lsn },
    };
    return aPeer({ ...document, volume: { postgres, etcd: false } });
  };
  const holding = (difference: Partial<View> = {}) =>
    aVirgin({ volume: aVolume(aCopy('7000')), ...difference });

  it('is adopted by the node with the furthest copy among all that shall be there', () => {
    const peers = [copyAt(OTHER, '0/1000000', '10.0.0.2'), third];
    expect(decisionOf(holding({ peers }))).toMatchObject({
      action: { kind: 'propose', expectedNodes: 3, systemId: '7000' },
      reason: 'furthest-copy',
    });
    const behind = [copyAt(OTHER, '0/2000000', '10.0.0.2'), third];
    expect(decisionOf(holding({ peers: behind }))).toMatchObject(waitsFor('waiting-for-proposal'));
  });

  it('is sealed with its system instead of a bootstrap', () => {
    const terms = { clusterId: CLUSTER, expectedNodes: 3, shortHanded: false, systemId: '7000' };
    const state = { ...aView().state, founding: { kind: 'proposed' as const, ...terms } };
    const founding = { kind: 'joined' as const, ...terms, proposerNodeId: NODE, proposerAddress: '10.0.0.1' };
    const peers = [aPeer(aDocument({ founding })), third];
    expect(decisionOf(holding({ state, peers }))).toMatchObject({
      action: {
        state: { cluster: { id: CLUSTER, epoch: 1, adopts: '7000', seededBy: null, seeding: true } },
      },
      reason: 'majority-joined',
    });
  });

  it.each<[string, Partial<View>]>([
    ['peer-silent', { peers: [second, aSilentPeer('10.0.0.3', 86_400_000)] }],
    ['not-all-answered', { latestListing: listed('10.0.0.1', '10.0.0.2'), peers: [second] }],
    ['peer-unverifiable', { peers: [second, { ...third, heard: { kind: 'present', detail: 'no key' } }] }],
  ])('is not adopted, however long it takes, for %s', (reason, difference) => {
    expect(decisionOf(holding(difference))).toMatchObject(waitsFor(reason));
  });

  it('does not enter a cluster that was founded on other data', () => {
    const member = aPeer(aMemberDocument());
    expect(decisionOf(holding({ peers: [member, third] }))).toMatchObject(waitsFor('data-without-cluster'));
  });

  it('is no reason for two clusters: of two that exist none is chosen', () => {
    const members = [
      aPeer(aMemberDocument()),
      aPeer(aMemberDocument({ nodeId: THIRD, address: '10.0.0.3', cluster: aToldCluster({ id: THIRD }) })),
    ];
    expect(decisionOf(aVirgin({ peers: members }))).toMatchObject(waitsFor('two-clusters'));
  });
});

describe('a decision of the founding', () => {
  it('loses nothing else that the node has promised', () => {
    const kept = {
      startIds: ['1-aaaaaaaa'],
      withdrawn: [THIRD],
      promisedEpoch: 4,
      declaredGone: [THIRD],
      permittedAddresses: ['10.0.0.9'],
      permitsNewData: true,
      restored: true,
    };
    const lower = aPeer(aDocument({ address: '10.0.0.0' }));
    const member = aPeer(aMemberDocument());
    const state = { ...proposing().state, ...kept };
    const listing = listed('10.0.0.0', '10.0.0.1');
    for (const view of [
      proposing({ state, latestListing: listing, peers: [lower] }),
      proposing({ state, peers: [member, third] }),
    ]) {
      expect(decisionOf(view)?.action).toMatchObject({
        kind: 'persist-state',
        state: { ...kept, withdrawn: expect.arrayContaining([THIRD]) },
      });
    }
  });
});
