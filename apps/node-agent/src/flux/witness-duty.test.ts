import { describe, expect, it } from 'vitest';
import { aMemberState, aRecord, seen } from '../loop/member-builder.ts';
import type { View } from '../loop/view.ts';
import { anEtcdContent, aView, CLUSTER, OTHER } from '../loop/view-builder.ts';
import { witnessDuty } from './witness-duty.ts';

const leading = {
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

function renewal(difference: Partial<View> | null, state = aMemberState()) {
  const etcd = seen(anEtcdContent({ records: [aRecord(OTHER, '10.0.0.2')] }));
  const view = difference && aView({ localEtcd: seen(leading), etcd, ...difference });
  return witnessDuty({ mirror: () => null, state: () => state }, () => view).renewal();
}

describe('the choice of the witnesses', () => {
  it('is by the cluster’s id and leaves out the members’ hosts, beside etcd’s leader', () => {
    expect(renewal({})).toEqual({ seed: CLUSTER, memberAddresses: ['10.0.0.2'] });
  });

  it.each<[string, Partial<View> | null]>([
    ['nothing was looked at yet', null],
    ['another node’s etcd leads', { localEtcd: seen({ ...leading, leaderId: '2' }) }],
    ['the own etcd does not answer', { localEtcd: { ok: false, error: 'refused' } }],
    ['etcd cannot be read', { etcd: { ok: false, error: 'refused' } }],
  ])('is not this node’s while %s', (_, difference) => {
    expect(renewal(difference)).toBeNull();
  });

  it('is nobody’s without a cluster, and none are known without a mirror', () => {
    expect(renewal({}, { ...aMemberState(), cluster: null })).toBeNull();
    expect(witnessDuty({ mirror: () => null, state: aMemberState }, () => null).agreed()).toEqual([]);
  });
});
