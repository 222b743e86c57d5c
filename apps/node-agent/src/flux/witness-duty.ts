import type { Ports } from '../loop/ports.ts';
import type { View } from '../loop/view.ts';
import type { WitnessDuty } from './witness-calls.ts';

/** What this node knows of the witnesses by its volume and its last look. */
export function witnessDuty(
  volume: Pick<Ports['volume'], 'mirror' | 'state'>,
  lastView: () => View | null,
): WitnessDuty {
  return {
    agreed: () => volume.mirror()?.witnesses ?? [],
    renewal: () => {
      const view = lastView();
      const { cluster } = volume.state();
      // Whoever is beside etcd's leader changes what the cluster agrees on.
      const leads =
        view?.localEtcd.ok === true && view.localEtcd.value.leaderId === view.localEtcd.value.memberId;
      if (!leads || cluster === null || !view.etcd.ok) return null;
      return {
        seed: cluster.id,
        memberAddresses: view.etcd.value.records.map(({ address }) => address),
      };
    },
  };
}
