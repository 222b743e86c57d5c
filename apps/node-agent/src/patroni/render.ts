import { renderPatroniConfig, renderPgHba } from '@flux-pg/config-renderer';
import {
  type Config,
  PATRONI_LOOPBACK_PORT,
  REPLICATION_ROLE,
  REWIND_ROLE,
  ROUTER_ETCD_PORT,
} from '../config.ts';
import type { NodeFacts } from '../loop/view.ts';
import { PGDATA, PGPASS_FILE, postgresBinaries, tlsFiles } from '../paths.ts';
import { nodeParameters } from '../resources/postgres-parameters.ts';
import { bootstrapOf } from './dynamic-config.ts';

/** What the text of patroni.yml depends on. */
export interface PatroniFacts {
  readonly config: Config;
  readonly facts: NodeFacts;
  readonly nodeId: string;
  readonly address: string;
  /** The superuser that the cluster was founded with; null while etcd does not tell it. */
  readonly superuser: string | null;
  /** Addresses of the other members. */
  readonly memberAddresses: readonly string[];
  /** Whether this node may initialise PostgreSQL. */
  readonly bootstrap: boolean;
}

/** The text of patroni.yml. Equal facts give equal texts, so a difference is a reason to reload. */
export function renderPatroni(node: PatroniFacts): string {
  const { config, facts, nodeId, address } = node;
  return renderPatroniConfig({
    clusterName: config.appName,
    nodeId,
    address,
    advertisedRestPort: config.hostPorts.patroniApi,
    advertisedPostgresPort: config.hostPorts.postgres,
    restPort: PATRONI_LOOPBACK_PORT,
    restCredentials: facts.apiCredentials,
    postgresPort: config.ports.postgres,
    etcdProxyPort: ROUTER_ETCD_PORT,
    etcdCaFile: tlsFiles.ca,
    etcdCertFile: tlsFiles.certificate,
    etcdKeyFile: tlsFiles.key,
    dataDirectory: PGDATA,
    binaryDirectory: postgresBinaries(),
    pgpassFile: PGPASS_FILE,
    superuser: { username: node.superuser ?? config.superuser.name, password: config.superuser.password },
    replication: { username: REPLICATION_ROLE, password: config.replicationPassword },
    rewind: { username: REWIND_ROLE, password: config.replicationPassword },
    parameters: nodeParameters(facts.resources),
    pgHba: renderPgHba({
      replicationUser: REPLICATION_ROLE,
      rewindUser: REWIND_ROLE,
      memberAddresses: [address, ...node.memberAddresses],
    }),
    bootstrap: node.bootstrap ? bootstrapOf(node) : null,
  });
}
