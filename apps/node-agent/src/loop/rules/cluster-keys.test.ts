import { describe, expect, it } from 'vitest';
import type { ClusterKey } from '../../identity/member-record.ts';
import {
  aCopy,
  aMemberDocument,
  aMemberState,
  aPeer,
  aRecord,
  aVolume,
  seen,
  THIRD,
  unfinishedClone,
} from '../member-builder.ts';
import type { EtcdContent, View } from '../view.ts';
import { anEtcdContent, aView, CLUSTER, NODE, OTHER } from '../view-builder.ts';
import {
  agreeOnWitnesses,
  endSeeding,
  forgetCopyHolder,
  keepOwnRecord,
  noteCopy,
  requireOwnEtcd,
} from './cluster-keys.ts';

/** The key `cluster` as the founder wrote it. */
function aKey(difference: Partial<ClusterKey> = {}): ClusterKey {
  return { id: CLUSTER, epoch: 1, seededBy: null, superuser: 'postgres', foundedAtMs: 0, ...difference };
}

/** An etcd that leads. */
const status = {
  memberId: '1',
  leaderId: '1',
  raftTerm: 2,
  raftIndex: 5,
  raftAppliedIndex: 5,
  dbSizeBytes: 0,
  isLearner: false,
  version: '3.5.30',
  errors: [],
};

function aMember(content: Partial<EtcdContent>, difference: Partial<View> = {}): View {
  return aView({ state: aMemberState(), etcd: seen(anEtcdContent(content)), ...difference });
}

describe('the etcd of a member', () => {
  it('is used while it holds the key of this cluster', () => {
    expect(requireOwnEtcd.apply(aMember({}))).toBeNull();
  });

  it('is waited for while it does not answer', () => {
    const view = aMember({}, { etcd: { ok: false, error: 'no leader' } });
    expect(requireOwnEtcd.apply(view)).toMatchObject({
      action: { kind: 'wait' },
      reason: 'etcd-unreachable',
      detail: 'no leader',
    });
  });

  it('is not touched when it belongs to another cluster', () => {
    const cluster = aKey({ id: OTHER });
    expect(requireOwnEtcd.apply(aMember({ cluster }))).toMatchObject({
      action: { kind: 'wait' },
      reason: 'foreign-etcd',
      detail: OTHER,
    });
  });

  it.each<[string, Partial<ClusterKey>]>([
    ['another number', { epoch: 2 }],
    ['another seeder', { seededBy: OTHER }],
  ])('is not touched in an epoch of %s', (_name, difference) => {
    expect(requireOwnEtcd.apply(aMember({ cluster: aKey(difference) }))).toMatchObject({
      action: { kind: 'wait' },
      reason: 'etcd-of-other-epoch',
    });
  });

  it('gets its keys from the founder alone', () => {
    expect(requireOwnEtcd.apply(aMember({ cluster: null }))).toMatchObject({
      action: { kind: 'wait' },
      reason: 'cluster-keys-missing',
    });
    const state = aMemberState({ cluster: { id: CLUSTER, epoch: 1, founder: true } });
    expect(requireOwnEtcd.apply(aMember({ cluster: null }, { state }))).toMatchObject({
      action: { kind: 'write-cluster-keys' },
      reason: 'cluster-keys-missing',
    });
  });

  it('is nothing to a node without a cluster id', () => {
    expect(requireOwnEtcd.apply(aMember({}, { state: aView().state }))).toMatchObject({
      action: { kind: 'wait' },
      reason: 'no-cluster',
    });
  });
});

describe('the own record', () => {
  const own = aRecord(NODE, '10.0.0.1');

  it('is put where it is missing, which makes this node a member', () => {
    expect(keepOwnRecord.apply(aMember({ records: [aRecord(OTHER)] }))).toEqual({
      action: { kind: 'put-record', record: own },
      reason: 'member-admitted',
      detail: '',
    });
  });

  it('follows the own address and ports', () => {
    expect(keepOwnRecord.apply(aMember({ records: [aRecord(NODE, '10.0.0.9')] }))).toMatchObject({
      action: { kind: 'put-record', record: own },
      reason: 'own-address-changed',
    });
    const records = [{ ...own, ports: { ...own.ports, postgres: 15_432 } }];
    expect(keepOwnRecord.apply(aMember({ records }))?.reason).toBe('own-address-changed');
  });

  it('is left alone while it is true, or while the own address is not known', () => {
    expect(keepOwnRecord.apply(aMember({ records: [own] }))).toBeNull();
    expect(keepOwnRecord.apply(aMember({}, { ownAddress: null }))).toBeNull();
    expect(keepOwnRecord.apply(aMember({}, { etcd: { ok: false, error: 'refused' } }))).toBeNull();
  });
});

describe('the seeding of an epoch', () => {
  const seeding = aMemberState({
    cluster: { id: CLUSTER, epoch: 2, seededBy: NODE, founder: true, seeding: true, adopts: '7000' },
    declaredGone: [OTHER],
  });

  it('ends in one write that loses nothing else', () => {
    expect(endSeeding.apply(aMember({}, { state: seeding }))).toEqual({
      action: {
        kind: 'persist-state',
        state: { ...seeding, cluster: { ...seeding.cluster, seeding: false } },
      },
      reason: 'epoch-seeded',
      detail: 'epoch 2',
    });
  });

  it('ends once, and is nothing to others', () => {
    const ended = endSeeding.apply(aMember({}, { state: seeding }))?.action;
    if (ended?.kind !== 'persist-state') throw new Error('the seeding does not end');
    expect(endSeeding.apply(aMember({}, { state: ended.state }))).toBeNull();
    expect(endSeeding.apply(aMember({}))).toBeNull();
    expect(endSeeding.apply(aView())).toBeNull();
  });
});

describe('a copy', () => {
  const patroni = { ...anEtcdContent().patroni, initialize: '7000' };
  const others = { nodeId: OTHER, address: '10.0.0.2' };
  const holding = (content: Partial<EtcdContent> = {}, volume = aVolume(aCopy('7000'))) =>
    noteCopy.apply(aMember({ patroni, copyHolders: [others], ...content }, { volume }));

  it('is noted by the node that holds it, with where that is', () => {
    expect(holding()).toEqual({
      action: { kind: 'note-copy', address: '10.0.0.1' },
      reason: 'copy-not-noted',
      detail: '',
    });
    expect(holding({ copyHolders: [others, { nodeId: NODE, address: '10.0.0.1' }] })).toBeNull();
    expect(holding({ copyHolders: [others, { nodeId: NODE, address: '10.0.0.9' }] })).not.toBeNull();
  });

  it('is not noted while the own address is not known', () => {
    const view = aMember({ patroni }, { volume: aVolume(aCopy('7000')), ownAddress: null });
    expect(noteCopy.apply(view)).toBeNull();
  });

  it('is none of this cluster’s with another system, or before the system is known', () => {
    expect(holding({}, aVolume(aCopy('6666')))).toBeNull();
    expect(holding({ patroni: { ...patroni, initialize: null } })).toBeNull();
  });

  it('is none while it is unfinished or cannot be read, and none is noted without etcd', () => {
    expect(holding({}, aVolume(unfinishedClone))).toBeNull();
    expect(holding({}, aVolume({ kind: 'unreadable', reason: 'EIO', majorVersion: null }))).toBeNull();
    const etcd = { ok: false as const, error: 'refused' };
    expect(noteCopy.apply(aMember({}, { etcd, volume: aVolume(aCopy('7000')) }))).toBeNull();
  });
});

describe('the copy of a node that is gone for good', () => {
  const peers = [
    aPeer(
      aMemberDocument({
        postgres: { role: 'primary', state: 'running', timeline: 1, lsn: null, streaming: false },
      }),
    ),
  ];
  const patroni = { ...anEtcdContent().patroni, leader: OTHER };
  const records = [aRecord(NODE, '10.0.0.1'), aRecord(OTHER)];
  const copyHolders = [OTHER, THIRD].map((nodeId) => ({ nodeId, address: '10.0.0.3' }));
  const state = aMemberState({ declaredGone: [THIRD] });
  const forgetting = (content: Partial<EtcdContent> = {}, difference: Partial<View> = {}) =>
    forgetCopyHolder.apply(
      aMember(
        { patroni, records, copyHolders, ...content },
        { state, peers, localEtcd: seen(status), ...difference },
      ),
    );

  it('is forgotten by the agent beside etcd’s leader while somebody proves to serve', () => {
    expect(forgetting()).toEqual({
      action: { kind: 'forget-copy', nodeId: THIRD },
      reason: 'copy-holder-gone',
      detail: THIRD,
    });
  });

  it.each<[string, Partial<EtcdContent>, Partial<View>]>([
    ['nobody serves', { patroni: { ...patroni, leader: null } }, {}],
    ['the leader does not prove that it serves', {}, { peers: [] }],
    ['it is not gone', {}, { state: aMemberState() }],
    ['it is a member', { records: [...records, aRecord(THIRD, '10.0.0.3')] }, {}],
    ['another node’s etcd leads', {}, { localEtcd: seen({ ...status, leaderId: '2' }) }],
    ['etcd cannot be read', {}, { etcd: { ok: false, error: 'refused' } }],
  ])('is remembered while %s', (_name, content, difference) => {
    expect(forgetting(content, difference)).toBeNull();
  });
});

describe('the witnesses', () => {
  const wanted = ['10.9.0.1:16127', '10.9.0.2:16127'];
  const agreeing = (content: Partial<EtcdContent>, difference: Partial<View> = {}) =>
    agreeOnWitnesses.apply(
      aMember(content, { localEtcd: seen(status), proposedWitnesses: wanted, ...difference }),
    );

  it('are agreed on by the agent beside etcd’s leader, in place of those that it has read', () => {
    expect(agreeing({ witnesses: ['10.9.0.1:16127'] })).toEqual({
      action: { kind: 'put-witnesses', witnesses: wanted, expected: ['10.9.0.1:16127'] },
      reason: 'witnesses-renewed',
      detail: '10.9.0.1:16127, 10.9.0.2:16127',
    });
    expect(agreeing({ witnesses: wanted })).toBeNull();
  });

  it('are replaced one at a time, also by a proposal that is older than what is agreed on', () => {
    expect(agreeing({ witnesses: ['10.9.0.1:16127', '10.9.0.3:16127'] })).not.toBeNull();
    expect(agreeing({ witnesses: ['10.9.0.4:16127', '10.9.0.3:16127'] })).toBeNull();
  });

  it.each<[string, Partial<View>]>([
    ['another node’s etcd leads', { localEtcd: seen({ ...status, leaderId: '2' }) }],
    ['the own etcd does not answer', { localEtcd: { ok: false, error: 'refused' } }],
    ['etcd cannot be read', { etcd: { ok: false, error: 'refused' } }],
    ['nobody proposes any', { proposedWitnesses: null }],
  ])('are left alone while %s', (_name, difference) => {
    expect(agreeing({}, difference)).toBeNull();
  });
});
