import { describe, expect, it } from 'vitest';
import { clusterPeers, knownMembers, ownRecord } from './known-members.ts';
import {
  aDocument,
  aMemberDocument,
  aMemberState,
  aPeer,
  aRecord,
  aSilentPeer,
  PORTS,
  seen,
  THIRD,
} from './member-builder.ts';
import type { View } from './view.ts';
import { anEtcdContent, aView, CLUSTER, NODE, OTHER } from './view-builder.ts';

function aMember(difference: Partial<View>): View {
  return aView({ state: aMemberState(), ...difference });
}

const mirror = {
  version: 1 as const,
  clusterId: CLUSTER,
  epoch: 1,
  members: [aRecord(NODE), aRecord(THIRD, '10.0.0.3')],
  voters: [],
  lastPrimary: null,
  initialize: null,
  history: null,
  config: null,
};

describe('the peers of a cluster', () => {
  it('are those that prove to belong to it', () => {
    const peers = [
      aPeer(aMemberDocument()),
      aPeer(aMemberDocument({ nodeId: THIRD, cluster: { id: THIRD, epoch: 1 } })),
      aSilentPeer('10.0.0.4'),
    ];
    expect(clusterPeers(aMember({ peers })).map(({ nodeId }) => nodeId)).toEqual([OTHER]);
  });

  it('are counted once, however many of their addresses answer, and never this node itself', () => {
    const twice = [aPeer(aMemberDocument()), aPeer(aMemberDocument({ address: '10.0.0.8' }))];
    const peers = [...twice, aPeer(aMemberDocument({ nodeId: NODE }))];
    expect(clusterPeers(aMember({ peers }))).toHaveLength(1);
  });

  it('of a node without a cluster are the others without one', () => {
    const view = aView({ peers: [aPeer(aDocument()), aPeer(aMemberDocument({ nodeId: THIRD }))] });
    expect(clusterPeers(view).map(({ nodeId }) => nodeId)).toEqual([OTHER]);
  });
});

describe('the known members', () => {
  it('come from etcd, and from the mirror while etcd does not answer', () => {
    const etcd = seen(anEtcdContent({ records: [aRecord(NODE), aRecord(OTHER)] }));
    expect(knownMembers(aMember({ etcd, mirror }))).toEqual([aRecord(OTHER)]);
    expect(knownMembers(aMember({ mirror }))).toEqual([aRecord(THIRD, '10.0.0.3')]);
    expect(knownMembers(aMember({}))).toEqual([]);
  });

  it('are where their own authenticated status says, whatever is stored', () => {
    const moved = aMemberDocument({ nodeId: THIRD, address: '10.0.0.33' });
    expect(knownMembers(aMember({ mirror, peers: [aPeer(moved)] }))).toEqual([aRecord(THIRD, '10.0.0.33')]);
  });

  it('keep their stored address while they do not know their own', () => {
    const unsure = aMemberDocument({ nodeId: THIRD, address: null });
    expect(knownMembers(aMember({ mirror, peers: [aPeer(unsure)] }))).toEqual([aRecord(THIRD, '10.0.0.3')]);
  });

  it('include a node that wants to join and has no record yet, in a stable order', () => {
    const peers = [aPeer(aMemberDocument({ nodeId: THIRD, address: '10.0.0.3' })), aPeer(aMemberDocument())];
    const view = aMember({ peers });
    expect(knownMembers(view).map(({ nodeId }) => nodeId)).toEqual([OTHER, THIRD]);
    expect(knownMembers({ ...view, peers: [...peers].reverse() })).toEqual(knownMembers(view));
  });
});

describe('the own record', () => {
  it('gives the own address and the ports on the host, once the address is known', () => {
    expect(ownRecord(aView())).toEqual({ nodeId: NODE, address: '10.0.0.1', ports: PORTS });
    expect(ownRecord(aView({ ownAddress: null }))).toBeNull();
  });
});
