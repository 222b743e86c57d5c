import { describe, expect, it } from 'vitest';
import { etcdDataOrigin, holdsOwnEtcdData, ownOrigin } from './etcd-data.ts';
import { aMemberState, aVolume } from './member-builder.ts';
import { aView, CLUSTER, NODE, OTHER } from './view-builder.ts';

const first = { clusterId: CLUSTER, epoch: 1, seededBy: null };
const data = aVolume({ kind: 'absent' }, { etcdData: true });
const none = aVolume({ kind: 'absent' });

/** A member of the second epoch, whose etcd directory was written for the given one. */
function written(writtenFor: ReturnType<typeof etcdDataOrigin> | undefined, volume = data) {
  const cluster = { id: CLUSTER, epoch: 2, seededBy: OTHER, founder: false };
  const etcd = {
    incarnation: 'aaaaaaaa',
    started: true,
    ...(writtenFor === undefined ? {} : { writtenFor }),
  };
  return { state: aMemberState({ cluster, etcd }), volume };
}

describe('what a fresh etcd directory is written for', () => {
  it('is the cluster, the epoch and its seeder', () => {
    expect(ownOrigin(aMemberState())).toEqual(first);
    expect(ownOrigin(written(null).state)).toEqual({ clusterId: CLUSTER, epoch: 2, seededBy: OTHER });
  });

  it('is nothing before there is a cluster', () => {
    expect(ownOrigin(aView().state)).toBeNull();
  });
});

describe('the data in the etcd directory', () => {
  it('is of what was noted when it was started', () => {
    expect(etcdDataOrigin(written(first))).toEqual(first);
    expect(etcdDataOrigin(written(first, none))).toBeNull();
  });

  it('of the version before, which noted nothing, is of the own epoch', () => {
    expect(holdsOwnEtcdData(written(undefined))).toBe(true);
    expect(holdsOwnEtcdData(written(null))).toBe(true);
  });

  it.each([
    ['the own epoch', { clusterId: CLUSTER, epoch: 2, seededBy: OTHER }, true],
    ['an earlier epoch', first, false],
    ['a later epoch', { clusterId: CLUSTER, epoch: 3, seededBy: OTHER }, false],
    ['the same number by another seeder', { clusterId: CLUSTER, epoch: 2, seededBy: NODE }, false],
    ['another cluster', { clusterId: OTHER, epoch: 2, seededBy: OTHER }, false],
  ])('counts as own where it is of %s: %o', (_, origin, isOwn) => {
    expect(holdsOwnEtcdData(written(origin))).toBe(isOwn);
    expect(holdsOwnEtcdData(written(origin, none))).toBe(false);
  });

  it('is nobody’s before there is a cluster', () => {
    expect(holdsOwnEtcdData({ state: aView().state, volume: data })).toBe(false);
  });
});
