import { describe, expect, it } from 'vitest';
import { aMemberState, aRecord, seen } from '../member-builder.ts';
import type { EtcdContent, View } from '../view.ts';
import { anEtcdContent, aView, CLUSTER, NODE, OTHER } from '../view-builder.ts';
import { keepOwnRecord, requireOwnEtcd } from './cluster-keys.ts';

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
    const cluster = { id: OTHER, epoch: 1, superuser: 'postgres', foundedAtMs: 0 };
    expect(requireOwnEtcd.apply(aMember({ cluster }))).toMatchObject({
      action: { kind: 'wait' },
      reason: 'foreign-etcd',
      detail: OTHER,
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
