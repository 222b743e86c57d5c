import type { NodeState } from '../identity/node-state.ts';
import type { View } from './view.ts';

/** What an etcd directory is written for. */
export type EtcdDataOrigin = NonNullable<NodeState['etcd']['writtenFor']>;

/** The cluster and epoch that this node would write a fresh etcd directory for; null before it belongs to a cluster. */
export function ownOrigin({ cluster }: NodeState): EtcdDataOrigin | null {
  if (cluster === null) return null;
  return { clusterId: cluster.id, epoch: cluster.epoch, seededBy: cluster.seededBy ?? null };
}

/** What the data in the etcd directory was written for; null where there is none. */
export function etcdDataOrigin({ state, volume }: Pick<View, 'state' | 'volume'>): EtcdDataOrigin | null {
  if (!volume.etcdData) return null;
  // A volume of the version before does not say; its state has followed no recovery.
  return state.etcd.writtenFor ?? ownOrigin(state);
}

/** Whether the etcd directory holds data of this node's own cluster and epoch. */
export function holdsOwnEtcdData(view: Pick<View, 'state' | 'volume'>): boolean {
  const origin = etcdDataOrigin(view);
  const own = ownOrigin(view.state);
  return (
    origin !== null &&
    own !== null &&
    origin.clusterId === own.clusterId &&
    origin.epoch === own.epoch &&
    origin.seededBy === own.seededBy
  );
}

/**
 * Whether this node's etcd may come back with what its epoch has written: it holds data of it, or it is the one that starts
 * the epoch's first etcd and has not done so yet.
 */
export function mayBringEtcd(view: Pick<View, 'state' | 'volume'>): boolean {
  const { cluster } = view.state;
  return holdsOwnEtcdData(view) || (cluster?.founder === true && cluster.seeding === true);
}
