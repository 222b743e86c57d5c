import { memberName, parseMemberName, peerHost, peerUrl } from '@flux-pg/etcd-membership';
import type { EtcdSurroundings } from '@flux-pg/etcd-membership/model';
import type { Container } from '../node/container.ts';
import type { World } from '../world/world.ts';
import type { EtcdHandle } from './etcd-world.ts';

/** Starts etcd as etcd.yml says, from what is in its directory. Throws where etcd would exit at once. */
export function startEtcd(world: World, container: Container, exited: (why: string) => void): EtcdHandle {
  const { etcdConfig } = container.files;
  if (etcdConfig === null) throw new Error('there is no etcd.yml');
  const { state, start } = etcdConfig;
  const name = memberName(state.nodeId, state.etcd.incarnation);
  const { etcdPeer, etcdClient } = world.config.hostPorts;
  const dataDir = container.volume.content.etcd;
  return world.etcd.start({
    nodeKey: container.key,
    name,
    peerUrl: peerUrl(name, etcdPeer),
    clientUrl: peerUrl(name, etcdClient),
    token: `${state.cluster?.id ?? ''}-${state.cluster?.epoch ?? 0}`,
    // etcd looks at `initial-cluster` only while it has no data of its own.
    how: dataDir === null ? start.kind : 'own-data',
    initialCluster: start.kind === 'join' ? start.initialCluster : [],
    dataDir,
    exited,
  });
}

/** How the etcds find each other: by name, through each node's hosts file, over the network as it is. */
export function etcdSurroundings(world: () => World): EtcdSurroundings {
  return {
    reachable: (fromKey, toKey) => world().network.passes(fromKey, toKey),
    resolve: (fromKey, url) => {
      const { containers, network } = world();
      const host = peerHost(url);
      const address = containers.get(fromKey)?.files.hosts.find(({ name }) => name === host)?.address;
      if (address === undefined || parseMemberName(host) === null) return null;
      if (address === '127.0.0.1') return fromKey;
      const holder = network.holderOf(address);
      return holder?.kind === 'node' ? holder.key : null;
    },
  };
}
