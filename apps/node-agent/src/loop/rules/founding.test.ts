import { describe, expect, it } from 'vitest';
import {
  aCopy,
  aDocument,
  aMemberDocument,
  aMemberState,
  aPeer,
  aSilentPeer,
  aVolume,
  seen,
  THIRD,
} from '../member-builder.ts';
import type { Listing, View } from '../view.ts';
import { aView, CLUSTER, OTHER } from '../view-builder.ts';
import { foundCluster } from './founding.ts';

const listed = (...addresses: string[]): View['listing'] =>
  seen<Listing>({ instances: addresses.map((address) => ({ address, runningSinceMs: null })) });

const second = aPeer(aDocument());
const third = aPeer(aDocument({ nodeId: THIRD, address: '10.0.0.3' }));

/** The virgin with the lowest address of three that are listed and answer. */
function aVirgin(difference: Partial<View> = {}): View {
  return aView({
    listing: listed('10.0.0.1', '10.0.0.2', '10.0.0.3'),
    peers: [second, third],
    ...difference,
  });
}

function proposing(difference: Partial<View> = {}): View {
  const founding = { kind: 'proposed' as const, clusterId: CLUSTER, expectedNodes: 3 };
  return aVirgin({ state: { ...aView().state, founding }, ...difference });
}

const waitsFor = (reason: string) => ({ action: { kind: 'wait' }, reason });

describe('founding', () => {
  it('is over for a node with a cluster id', () => {
    expect(foundCluster.apply(aVirgin({ state: aMemberState() }))).toBeNull();
  });

  it('is proposed by the lowest address, with the number of nodes that are expected', () => {
    expect(foundCluster.apply(aVirgin())).toMatchObject({
      action: { kind: 'propose', expectedNodes: 3 },
      reason: 'lowest-address',
    });
  });

  it('is joined by the others, which is persisted before it is told', () => {
    const founding = { kind: 'proposed' as const, clusterId: CLUSTER, expectedNodes: 3 };
    const lower = aPeer(aDocument({ address: '10.0.0.0', founding }));
    const view = aVirgin({ listing: listed('10.0.0.0', '10.0.0.1'), peers: [lower] });
    expect(foundCluster.apply(view)).toMatchObject({
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
      listing: listed('10.0.0.9', '10.0.0.10'),
      peers: [aPeer(aDocument({ address: '10.0.0.10' }))],
    });
    expect(foundCluster.apply(view)?.reason).toBe('lowest-address');
  });

  it('is sealed by its proposer once a majority has joined, and makes it the founder', () => {
    const nodeId = aView().state.nodeId;
    const founding = { kind: 'joined' as const, clusterId: CLUSTER, proposerNodeId: nodeId };
    const view = proposing({ peers: [aPeer(aDocument({ founding })), third] });
    expect(foundCluster.apply(view)).toMatchObject({
      action: {
        kind: 'persist-state',
        state: { cluster: { id: CLUSTER, epoch: 1, founder: true }, founding: { kind: 'none' } },
      },
      reason: 'majority-joined',
    });
    expect(foundCluster.apply(proposing())).toMatchObject(waitsFor('waiting-for-joins'));
  });

  it('is withdrawn for good before a lower candidate', () => {
    const lower = aPeer(aDocument({ address: '10.0.0.0' }));
    const view = proposing({ listing: listed('10.0.0.0', '10.0.0.1'), peers: [lower] });
    expect(foundCluster.apply(view)).toMatchObject({
      action: { kind: 'persist-state', state: { founding: { kind: 'none' }, withdrawn: [CLUSTER] } },
      reason: 'lower-candidate',
    });
  });

  it('is released by the withdrawal of the proposer', () => {
    const founding = { kind: 'joined' as const, clusterId: CLUSTER, proposerNodeId: OTHER };
    const view = aVirgin({
      state: { ...aView().state, founding },
      peers: [aPeer(aDocument({ withdrawn: [CLUSTER] })), third],
    });
    expect(foundCluster.apply(view)).toMatchObject({
      action: { kind: 'persist-state', state: { founding: { kind: 'none' }, cluster: null } },
      reason: 'join-released',
    });
  });

  it('ends by taking a cluster that exists, as no founder and in its epoch', () => {
    const member = aPeer(aMemberDocument({ cluster: { id: CLUSTER, epoch: 4 } }));
    const taken = {
      action: {
        kind: 'persist-state',
        state: { cluster: { id: CLUSTER, epoch: 4, founder: false }, founding: { kind: 'none' } },
      },
      reason: 'cluster-heard-of',
    };
    expect(foundCluster.apply(proposing({ peers: [member, third] }))).toMatchObject(taken);
    const unlisted = { ...member, address: '10.0.0.7', listed: false };
    expect(foundCluster.apply(aVirgin({ peers: [second, third, unlisted] }))).toMatchObject(taken);
  });
});

describe('founding waits', () => {
  it.each<[string, Partial<View>]>([
    ['own-address-unknown', { ownAddress: null }],
    ['listing-unknown', { listing: { ok: false, error: 'timeout' } }],
    ['self-not-listed', { listing: listed('10.0.0.2', '10.0.0.3') }],
    ['size-unknown', { expectedNodes: null }],
    ['majority-not-listed', { listing: listed('10.0.0.1'), peers: [] }],
    ['peer-silent', { peers: [second, aSilentPeer('10.0.0.3', 60_000)] }],
    ['peer-silent', { peers: [second] }],
    [
      'peer-unverifiable',
      { peers: [second, { ...third, heard: { kind: 'present', detail: 'another key' } }] },
    ],
    ['peer-holds-data', { peers: [second, aPeer(aDocument({ virgin: false, address: '10.0.0.3' }))] }],
    ['data-without-cluster', { volume: aVolume(aCopy('7000')) }],
    ['data-without-cluster', { volume: aVolume({ kind: 'absent' }, { etcdData: true }) }],
  ])('for %s', (reason, difference) => {
    expect(foundCluster.apply(aVirgin(difference))).toMatchObject(waitsFor(reason));
  });

  it('for a listing that is not older than ten minutes', () => {
    const view = aVirgin();
    if (!view.listing.ok) throw new Error('the builder gives a listing');
    const aged = (ageMs: number) =>
      foundCluster.apply({
        ...view,
        listing: { ...view.listing, seenAtMs: view.nowMs - ageMs } as View['listing'],
      });
    expect(aged(600_000)?.reason).toBe('lowest-address');
    expect(aged(600_001)).toMatchObject(waitsFor('listing-unknown'));
    expect(aged(Number.POSITIVE_INFINITY)).toMatchObject(waitsFor('listing-unknown'));
  });
});
