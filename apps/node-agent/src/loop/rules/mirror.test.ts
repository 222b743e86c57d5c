import { memberName } from '@flux-pg/etcd-membership';
import { describe, expect, it } from 'vitest';
import { type Mirror, mirrorSchema } from '../../identity/mirror.ts';
import { aMemberState, aRecord, seen, THIRD } from '../member-builder.ts';
import type { View } from '../view.ts';
import { anEtcdContent, anEtcdMember, aView, CLUSTER, NODE, OTHER } from '../view-builder.ts';
import { keepMirror } from './mirror.ts';

const keys = anEtcdContent().patroni;
const content = anEtcdContent({
  members: [
    anEtcdMember(memberName(OTHER, 'bbbbbbbb')),
    anEtcdMember(memberName(NODE, 'aaaaaaaa')),
    anEtcdMember(memberName(THIRD, 'cccccccc'), { isLearner: true }),
  ],
  records: [aRecord(NODE, '10.0.0.1'), aRecord(OTHER)],
  patroni: { ...keys, initialize: '7000', leader: OTHER, history: '[]', config: '{}' },
});

function mirroring(difference: Partial<View> = {}): View {
  return aView({ state: aMemberState(), etcd: seen(content), ...difference });
}

function written(view: View): Mirror {
  const action = keepMirror.apply(view)?.action;
  if (action?.kind !== 'write-mirror') throw new Error('no mirror is written');
  return action.mirror;
}

describe('the mirror', () => {
  it('keeps what must outlive etcd: who belongs, who votes, and Patroni’s keys', () => {
    expect(written(mirroring())).toEqual({
      version: 1,
      clusterId: CLUSTER,
      epoch: 1,
      members: [aRecord(NODE, '10.0.0.1'), aRecord(OTHER)],
      voters: [memberName(NODE, 'aaaaaaaa'), memberName(OTHER, 'bbbbbbbb')],
      lastPrimary: OTHER,
      initialize: '7000',
      history: '[]',
      config: '{}',
    });
  });

  it('remembers the last primary while there is none', () => {
    const etcd = seen({ ...content, patroni: { ...content.patroni, leader: null } });
    expect(written(mirroring({ etcd, mirror: { ...written(mirroring()), epoch: 7 } })).lastPrimary).toBe(
      OTHER,
    );
  });

  it('is not written again while nothing changed, also not after it was read from the disk', () => {
    const mirror = written(mirroring());
    expect(keepMirror.apply(mirroring({ mirror }))).toBeNull();
    const loaded = mirrorSchema.parse(JSON.parse(JSON.stringify(mirror)));
    expect(keepMirror.apply(mirroring({ mirror: loaded }))).toBeNull();
  });

  it('is not emptied while etcd does not answer', () => {
    const etcd = { ok: false as const, error: 'refused' };
    expect(keepMirror.apply(mirroring({ etcd, mirror: written(mirroring()) }))).toBeNull();
  });

  it('is none of a node without a cluster', () => {
    expect(keepMirror.apply(mirroring({ state: aView().state }))).toBeNull();
  });
});
