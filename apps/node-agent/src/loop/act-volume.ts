import type { NodeState } from '../identity/node-state.ts';
import type { Done } from './act.ts';
import type { ClusterName, EtcdStart } from './action.ts';
import { ownOrigin } from './etcd-data.ts';
import type { Ports } from './ports.ts';
import type { View } from './view.ts';

/**
 * A fresh etcd directory belongs to the epoch that it is started in; persisted first, so that no later epoch can take
 * its data for its own.
 */
export async function noteOrigin(ports: Ports, view: View, start: EtcdStart): Promise<void> {
  if (start.kind === 'own-data') return;
  const state = ports.volume.state();
  await ports.volume.writeState({ ...state, etcd: { ...state.etcd, writtenFor: ownOrigin(view.state) } });
}

/** The new name is persisted last: until then a restart finds the old data again and takes the same way. */
export async function renewIncarnation(ports: Ports, view: View, quarantine: boolean): Promise<Done> {
  if (quarantine) await ports.volume.quarantineEtcd(view.state.etcd.incarnation);
  await ports.volume.writeState({ ...view.state, etcd: freshEtcd(ports) });
  return { memory: { etcdStartsAtMs: [] } };
}

function freshEtcd(ports: Ports): NodeState['etcd'] {
  return { incarnation: ports.newIncarnation(), started: false, writtenFor: null };
}

/** A PGDATA of version 1 at the volume's root; what stands in its way is told, and nothing is moved then. */
export async function adoptRootData(ports: Ports): Promise<void> {
  const adoption = await ports.volume.adoptRootData();
  if (!adoption.ok) throw new Error(`${adoption.problem}: ${adoption.detail}`);
}

/** The other cluster's id is persisted last, so that an interrupted change goes on; all data of the own one is kept aside. */
export async function yieldCluster(ports: Ports, view: View, to: ClusterName): Promise<void> {
  if (view.volume.etcdData) await ports.volume.quarantineEtcd(view.state.etcd.incarnation);
  if (view.volume.postgres.kind !== 'absent') await ports.volume.setAsidePostgres('yielded');
  await ports.volume.writeState({
    ...view.state,
    cluster: { ...to, founder: false },
    intent: null,
    stale: null,
    etcd: freshEtcd(ports),
  });
}
