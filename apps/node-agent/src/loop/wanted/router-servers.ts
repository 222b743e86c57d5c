import { PATRONI_LOOPBACK_PORT } from '../../config.ts';
import type { DesiredServer } from '../../router/index.ts';
import { knownMembers } from '../known-members.ts';
import { oncePerView } from '../once-per-view.ts';
import { processState } from '../rules/process.ts';
import type { View } from '../view.ts';

/** Which servers each backend of the router shall have; the router's own checks choose among them. */
export interface RouterServers {
  readonly etcd: readonly DesiredServer[];
  readonly readWrite: readonly DesiredServer[];
  readonly readOnly: readonly DesiredServer[];
  /** Whether this node runs an etcd of its own, which is then asked first. */
  readonly localEtcd: boolean;
}

/** Every known member is offered, reachable or not: an absent one fails its check, a returning one is back at once. */
export const routerServers = oncePerView((view: View): RouterServers => {
  const others = knownMembers(view);
  const { ports } = view.config;
  const self = {
    key: view.state.nodeId,
    address: '127.0.0.1',
    port: ports.postgres,
    checkPort: PATRONI_LOOPBACK_PORT,
  };
  const database = [
    ...(view.state.cluster === null ? [] : [self]),
    ...others.map(({ nodeId, address, ports: mapped }) => ({
      key: nodeId,
      address,
      port: mapped.postgres,
      checkPort: mapped.patroniApi,
    })),
  ];
  const etcd = others.map(({ nodeId, address, ports: mapped }) => ({
    key: nodeId,
    address,
    port: mapped.etcdClient,
    checkPort: mapped.etcdClient,
  }));
  return {
    etcd,
    readWrite: database,
    readOnly: database,
    localEtcd: processState(view, 'etcd')?.running ?? false,
  };
});
