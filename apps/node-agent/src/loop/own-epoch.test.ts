import { describe, expect, it } from 'vitest';
import { aMemberState, seen } from './member-builder.ts';
import { isOwnEpoch } from './own-epoch.ts';
import type { View } from './view.ts';
import { anEtcdContent, aView, CLUSTER, NODE, OTHER } from './view-builder.ts';

const key = {
  id: CLUSTER,
  epoch: 2,
  seededBy: OTHER as string | null,
  superuser: 'postgres',
  foundedAtMs: 0,
};
const cluster = { id: CLUSTER, epoch: 2, seededBy: OTHER, founder: false };

function aMember(difference: Partial<View>): View {
  return aView({
    state: aMemberState({ cluster }),
    etcd: seen(anEtcdContent({ cluster: key })),
    ...difference,
  });
}

describe('an etcd', () => {
  it('is of the own epoch with the same cluster, number and seeder', () => {
    expect(isOwnEpoch(aMember({}))).toBe(true);
    expect(isOwnEpoch(aView({ state: aMemberState(), etcd: seen(anEtcdContent()) }))).toBe(true);
  });

  it.each<[string, Partial<typeof key>]>([
    ['cluster', { id: OTHER }],
    ['lower epoch', { epoch: 1, seededBy: null }],
    ['higher epoch', { epoch: 3 }],
    ['seeder', { seededBy: NODE }],
    ['seeder, the founder’s first epoch', { seededBy: null }],
  ])('is not with another %s', (_, difference) => {
    const etcd = seen(anEtcdContent({ cluster: { ...key, ...difference } }));
    expect(isOwnEpoch(aMember({ etcd }))).toBe(false);
  });

  it('is not where it says nothing, cannot be read, or the node belongs to none', () => {
    expect(isOwnEpoch(aMember({ etcd: seen(anEtcdContent({ cluster: null })) }))).toBe(false);
    expect(isOwnEpoch(aMember({ etcd: { ok: false, error: 'refused' } }))).toBe(false);
    expect(isOwnEpoch(aMember({ state: aView().state }))).toBe(false);
  });
});
