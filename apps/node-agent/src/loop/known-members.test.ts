import { memberName } from '@flux-pg/etcd-membership';
import { describe, expect, it } from 'vitest';
import { belonging, clusterPeers, knownMembers, ownRecord, toldIdentity } from './known-members.ts';
import {
  aDocument,
  aMemberDocument,
  aMemberState,
  aMirror,
  aPeer,
  aRecord,
  aSilentPeer,
  aToldCluster,
  PORTS,
  seen,
  THIRD,
} from './member-builder.ts';
import type { View } from './view.ts';
import { aMemory, anEtcdContent, aView, CLUSTER, NODE, OTHER } from './view-builder.ts';

function aMember(difference: Partial<View>): View {
  return aView({ state: aMemberState(), ...difference });
}

const mirror = aMirror({ members: [aRecord(NODE), aRecord(THIRD, '10.0.0.3')] });

describe('the peers of a cluster', () => {
  it('are those that prove to belong to it', () => {
    const peers = [
      aPeer(aMemberDocument()),
      aPeer(aMemberDocument({ nodeId: THIRD, cluster: aToldCluster({ id: THIRD }) })),
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

describe('how a cluster is named by its peers', () => {
  const sealedBy = { nodeId: THIRD, address: '10.0.0.3' };
  const telling = (...told: readonly Parameters<typeof aToldCluster>[0][]) => {
    const ids = [OTHER, THIRD];
    const peers = told.map((cluster, index) =>
      aPeer(aMemberDocument({ nodeId: ids[index] ?? NODE, cluster: aToldCluster(cluster) })),
    );
    return toldIdentity(aView({ peers }), CLUSTER);
  };

  it('is by the newest epoch that any of them tells, with who sealed it where anybody knows', () => {
    expect(telling({ epoch: 3, seededBy: NODE, foundedAtMs: 5 }, { epoch: 2, sealedBy })).toEqual({
      id: CLUSTER,
      epoch: 3,
      seededBy: NODE,
      foundedAtMs: 5,
      sealedBy,
    });
    expect(telling({})).toMatchObject({ epoch: 1, sealedBy: null });
  });

  it('is not known where none of them belongs to it', () => {
    expect(telling({ id: OTHER, sealedBy })).toBeNull();
    expect(telling()).toBeNull();
  });
});

describe('who belongs while etcd does not tell', () => {
  const sealedBy = { nodeId: THIRD, address: '10.0.0.3' };
  const joined = { id: CLUSTER, epoch: 1, founder: false, sealedBy };
  const voters = [memberName(NODE, 'aaaaaaaa'), memberName(OTHER, 'bbbbbbbb')];

  it('is by the newest mirror that is known, whoever sealed the cluster', () => {
    const state = aMemberState({ cluster: joined });
    const known = { ...mirror, voters, formerVoters: [OTHER], copyHolders: [sealedBy] };
    expect(belonging(aView({ state, mirror: known }))).toEqual({
      members: known.members,
      voters: [NODE, OTHER],
      formerVoters: [OTHER],
      copyHolders: [sealedBy],
    });
    const toldMirror = { ...known, revision: 9, members: [] };
    expect(belonging(aView({ state, mirror, memory: aMemory({ toldMirror }) }))?.members).toEqual([]);
  });

  it('is before any mirror who sealed the cluster, as its voter and with all that it ever held', () => {
    expect(belonging(aView({ state: aMemberState({ cluster: joined }) }))).toEqual({
      members: [sealedBy],
      voters: [THIRD],
      formerVoters: [],
      copyHolders: [sealedBy],
    });
  });

  it('is not who sealed it once another has seeded an epoch', () => {
    const later = (seededBy: string) =>
      belonging(aView({ state: aMemberState({ cluster: { ...joined, epoch: 2, seededBy } }) }));
    expect(later(OTHER)).toBeNull();
    expect(later(THIRD)?.voters).toEqual([THIRD]);
  });

  it('is the founder alone before its first mirror, and before that of an epoch which it has seeded', () => {
    const founder = aMemberState({ cluster: { ...joined, founder: true } });
    expect(belonging(aView({ state: founder }))).toMatchObject({ members: [], voters: [NODE] });
    const seeder = aMemberState({ cluster: { ...joined, epoch: 2, seededBy: NODE, founder: true } });
    expect(belonging(aView({ state: seeder, mirror: { ...mirror, voters } }))).toMatchObject({
      members: mirror.members,
      voters: [NODE],
    });
  });

  it('is not known without a cluster, and where nobody has told who sealed it', () => {
    expect(belonging(aView())).toBeNull();
    expect(belonging(aView({ state: aMemberState() }))).toBeNull();
    const foreign = aView({ state: aMemberState(), mirror: { ...mirror, clusterId: OTHER } });
    expect(belonging(foreign)).toBeNull();
  });
});
