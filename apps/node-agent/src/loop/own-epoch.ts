import type { View } from './view.ts';

/** Whether what was read from etcd is of the epoch that this node has. */
export function isOwnEpoch({ etcd, state }: View): boolean {
  const stored = etcd.ok ? etcd.value.cluster : null;
  return (
    stored !== null &&
    stored.id === state.cluster?.id &&
    stored.epoch === state.cluster?.epoch &&
    stored.seededBy === (state.cluster.seededBy ?? null)
  );
}
