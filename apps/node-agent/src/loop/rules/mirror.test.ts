import { memberName } from '@flux-pg/etcd-membership';
import { describe, expect, it } from 'vitest';
import { type Mirror, mirrorSchema } from '../../identity/mirror.ts';
import { aMemberState, aRecord, seen, THIRD } from '../member-builder.ts';
import type { View } from '../view.ts';
import { anEtcdContent, anEtcdMember, aView, CLUSTER, NODE, OTHER } from '../view-builder.ts';
import { confirmedMirror, keepMirror, takeNewerMirror } from './mirror.ts';

const aHolder = (nodeId: string) => ({ nodeId, address: '10.0.0.2' });
const keys = anEtcdContent().patroni;
const content = anEtcdContent({
  members: [
    anEtcdMember(memberName(OTHER, 'bbbbbbbb')),
    anEtcdMember(memberName(NODE, 'aaaaaaaa')),
    anEtcdMember(memberName(THIRD, 'cccccccc'), { isLearner: true }),
  ],
  records: [aRecord(NODE, '10.0.0.1'), aRecord(OTHER)],
  formerVoters: [THIRD],
  witnesses: ['10.9.0.1:16127'],
  copyHolders: [aHolder(OTHER)],
  provisioned: true,
  userData: false,
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
      revision: 1,
      members: [aRecord(NODE, '10.0.0.1'), aRecord(OTHER)],
      voters: [memberName(NODE, 'aaaaaaaa'), memberName(OTHER, 'bbbbbbbb')],
      formerVoters: [THIRD],
      witnesses: ['10.9.0.1:16127'],
      lastPrimary: OTHER,
      bootstrap: NODE,
      copyHolders: [aHolder(OTHER)],
      provisioned: true,
      userData: false,
      superuser: 'postgres',
      foundedAtMs: 0,
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

  it('is written for what differs, not for a revision that Patroni’s heartbeat moves', () => {
    const mirror = written(mirroring());
    expect(keepMirror.apply(mirroring({ mirror, etcd: seen({ ...content, revision: 2 }) }))).toBeNull();
    const former = keepMirror.apply(
      mirroring({ mirror, etcd: seen({ ...content, revision: 2, formerVoters: [] }) }),
    );
    expect(former).toMatchObject({
      action: { mirror: { revision: 2, formerVoters: [] } },
      reason: 'mirror-outdated',
    });
  });

  it.each<[string, Partial<NonNullable<(typeof content)['cluster']>>]>([
    ['another cluster', { id: OTHER }],
    ['an earlier epoch', { epoch: 2 }],
    ['an epoch of another seeder', { seededBy: OTHER }],
  ])('takes nothing of the etcd of %s', (_name, difference) => {
    const cluster = content.cluster && { ...content.cluster, ...difference };
    expect(keepMirror.apply(mirroring({ etcd: seen({ ...content, cluster }) }))).toBeNull();
  });

  it('takes no leader key that is no member’s, and keeps none of another hand', () => {
    const etcd = seen({ ...content, patroni: { ...content.patroni, leader: 'admin' } });
    expect(written(mirroring({ etcd })).lastPrimary).toBeNull();
  });
});

describe('a mirror that is still true', () => {
  const mirror = written(mirroring());
  const later = (difference: Partial<typeof content> = {}) =>
    seen({ ...content, revision: 300, ...difference });

  it('is confirmed with the revision of now, so that no older one of a peer counts as newer', () => {
    expect(confirmedMirror(mirroring({ mirror, etcd: later() }))).toEqual({ ...mirror, revision: 300 });
  });

  it('needs no word while not even the revision has changed', () => {
    expect(confirmedMirror(mirroring({ mirror }))).toBeNull();
  });

  it.each<[string, Partial<View>]>([
    ['its content differs, which is a write of its own', { etcd: later({ formerVoters: [] }) }],
    ['etcd does not answer', { etcd: { ok: false, error: 'refused' } }],
    [
      'etcd is of another epoch',
      { etcd: later({ cluster: content.cluster && { ...content.cluster, epoch: 2 } }) },
    ],
    ['there is none', { mirror: null }],
    ['it is of another cluster', { mirror: { ...mirror, clusterId: OTHER } }],
  ])('is not confirmed while %s', (_name, difference) => {
    expect(confirmedMirror(mirroring({ mirror, etcd: later(), ...difference }))).toBeNull();
  });
});

describe('a newer mirror that a peer tells', () => {
  const told = { ...written(mirroring()), revision: 9 };
  const memory = { ...aView().memory, toldMirror: told };
  const etcd = { ok: false as const, error: 'refused' };

  it('is taken while etcd does not answer', () => {
    expect(takeNewerMirror.apply(mirroring({ etcd, memory }))).toEqual({
      action: { kind: 'write-mirror', mirror: told },
      reason: 'newer-mirror-told',
      detail: '',
    });
  });

  it('is not needed while etcd answers, and not taken without one', () => {
    expect(takeNewerMirror.apply(mirroring({ memory }))).toBeNull();
    expect(takeNewerMirror.apply(mirroring({ etcd }))).toBeNull();
  });
});
