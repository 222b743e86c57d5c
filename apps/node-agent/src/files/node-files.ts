import { renderRouterConfig } from '@flux-pg/config-renderer';
import {
  type Config,
  PATRONI_LOOPBACK_PORT,
  ROUTER_ETCD_PORT,
  ROUTER_READ_ONLY_PORT,
  ROUTER_READ_WRITE_PORT,
} from '../config.ts';
import { ownMemberName } from '../loop/wanted/hosts-block.ts';
import {
  AGENT_SOCKET,
  ETCD_CONFIG,
  HOSTS_FILE,
  PATRONI_CONFIG,
  ROUTER_CONFIG,
  ROUTER_SOCKET,
  tlsFiles,
} from '../paths.ts';
import { planServerChanges, planServerUse } from '../router/index.ts';
import { findUser, type Owner, ROOT_OWNER, writeAtomically } from '../volume/index.ts';
import { etcdConfig } from './etcd-config.ts';
import type { FilesPort } from './files.ts';
import { writeHostsBlock } from './hosts-file.ts';
import type { NodeCertificate } from './node-certificate.ts';

/** Servers per backend; an app of more instances is served by the first of them. */
const ROUTER_SLOTS = 16;
const ROUTER_MAX_CONNECTIONS = 4000;
/** A replica further behind serves no reads. */
const REPLICA_MAXIMUM_LAG_BYTES = 16 * 1024 * 1024;

function routerConfig(config: Config): string {
  return renderRouterConfig({
    user: 'haproxy',
    group: 'haproxy',
    maxConnections: ROUTER_MAX_CONNECTIONS,
    slots: ROUTER_SLOTS,
    adminSocket: ROUTER_SOCKET,
    agentSocket: AGENT_SOCKET,
    restPort: config.ports.patroniApi,
    readWritePort: ROUTER_READ_WRITE_PORT,
    readOnlyPort: ROUTER_READ_ONLY_PORT,
    etcdProxyPort: ROUTER_ETCD_PORT,
    patroniPort: PATRONI_LOOPBACK_PORT,
    etcdClientPort: config.ports.etcdClient,
    etcdCaFile: tlsFiles.ca,
    etcdPemFile: tlsFiles.pem,
    replicaMaximumLagBytes: REPLICA_MAXIMUM_LAG_BYTES,
  });
}

/** Writes files that only root and the program's own user can read: all but the router's hold passwords or paths of keys. */
export function createNodeFiles(options: {
  readonly config: Config;
  readonly certificate: NodeCertificate;
}): FilesPort {
  const { config, certificate } = options;
  const write = (path: string, text: string, owner: Owner) =>
    writeAtomically(path, text, { mode: 0o600, owner });
  return {
    writeRouterConfig: () => write(ROUTER_CONFIG, routerConfig(config), ROOT_OWNER),
    steerRouter: async (router, servers) => {
      const current = await router.servers();
      const changes = planServerChanges(current, {
        etcd: servers.etcd,
        postgres_primary: servers.readWrite,
        postgres_replicas: servers.readOnly,
      });
      const local = planServerUse(current, { backend: 'etcd', name: 'local' }, servers.localEtcd);
      await router.apply([...changes, ...local]);
    },
    writeHosts: (entries) => writeHostsBlock(HOSTS_FILE, entries),
    writeEtcdConfig: async ({ state, start }) => {
      await certificate.ensureFor(ownMemberName({ state }));
      await write(ETCD_CONFIG, etcdConfig(config, state, start), await findUser('etcd'));
    },
    writePatroniConfig: async (text) => write(PATRONI_CONFIG, text, await findUser('postgres')),
  };
}
