import type { View } from './view.ts';

/** No cluster id, no etcd data, no PGDATA, none at the volume root either. A proposal or join does not end it. */
export function isVirgin(view: Pick<View, 'state' | 'volume'>): boolean {
  const { state, volume } = view;
  return state.cluster === null && !volume.etcdData && !volume.atRoot && volume.postgres.kind === 'absent';
}
