import { isIP } from 'node:net';
import {
  invalidModel,
  requireAddress,
  requirePorts,
  requireTexts,
  requireWholeNumber,
} from './model-checks.ts';
import { renderTemplate } from './template-engine.ts';

/** A role with its password, or a user of the REST API. */
export interface Credentials {
  readonly username: string;
  readonly password: string;
}

/** PostgreSQL parameters by name. */
export type PostgresParameters = Readonly<Record<string, string | number | boolean>>;

/** What a new cluster starts with. Patroni keeps it in etcd from then on. */
export interface PatroniBootstrap {
  readonly ttlSeconds: number;
  readonly loopWaitSeconds: number;
  readonly retryTimeoutSeconds: number;
  readonly maximumLagOnFailoverBytes: number;
  /** How long the slot of a member that is away holds WAL back. */
  readonly memberSlotsTtlSeconds: number;
  /** Whether a commit waits for a replica; `quorum` for any of them. */
  readonly synchronousMode: 'off' | 'on' | 'quorum';
  /** Parameters that must be equal on all nodes, such as `max_connections`. */
  readonly parameters: PostgresParameters;
}

/** What Patroni is started with. */
export interface PatroniConfigModel {
  /** Patroni's scope; its keys in etcd are under `/service/CLUSTERNAME/`. */
  readonly clusterName: string;
  /** Patroni's name of this node. */
  readonly nodeId: string;
  /** Where the other nodes reach this one. */
  readonly address: string;
  /** Ports at that address, as they are mapped on the host. */
  readonly advertisedRestPort: number;
  readonly advertisedPostgresPort: number;
  /** The REST API is served on loopback only; the router stands before it. */
  readonly restPort: number;
  readonly restCredentials: Credentials;
  /** PostgreSQL's port in the container, on all of its addresses. */
  readonly postgresPort: number;
  /** Port of the router's etcd endpoint on loopback. */
  readonly etcdProxyPort: number;
  readonly etcdCaFile: string;
  readonly etcdCertFile: string;
  readonly etcdKeyFile: string;
  readonly dataDirectory: string;
  /** Where PostgreSQL's programs are. */
  readonly binaryDirectory: string;
  /** Where Patroni keeps passwords for libpq. */
  readonly pgpassFile: string;
  readonly superuser: Credentials;
  readonly replication: Credentials;
  readonly rewind: Credentials;
  /** Parameters of this node, such as `shared_buffers` or `max_slot_wal_keep_size`. */
  readonly parameters: PostgresParameters;
  /** See `renderPgHba`. */
  readonly pgHba: readonly string[];
  /** Only for the node that may initialise PostgreSQL; without it Patroni can but clone. */
  readonly bootstrap: PatroniBootstrap | null;
}

/**
 * The text of `patroni.yml`.
 *
 * @throws RenderError `invalid_model` for ports, addresses, empty texts and times that Patroni would replace or refuse;
 * `unsafe_text` for half a surrogate pair; `unsupported_value` for a parameter that is no plain number.
 */
export function renderPatroniConfig(model: PatroniConfigModel): string {
  checkModel(model);
  const { address, bootstrap, parameters, ...rest } = model;
  return renderTemplate('patroni.yml', {
    ...rest,
    restListen: endpoint('127.0.0.1', model.restPort),
    restConnectAddress: endpoint(address, model.advertisedRestPort),
    etcdEndpoint: endpoint('127.0.0.1', model.etcdProxyPort),
    postgresListen: `*:${model.postgresPort}`,
    postgresConnectAddress: endpoint(address, model.advertisedPostgresPort),
    ...parametersView(parameters),
    isFounder: bootstrap !== null,
    bootstrap: bootstrap && {
      ...bootstrap,
      synchronousMode: bootstrap.synchronousMode === 'quorum' ? 'quorum' : bootstrap.synchronousMode === 'on',
      ...parametersView(bootstrap.parameters),
    },
  });
}

/** The colons of an IPv6 address need brackets. */
function endpoint(address: string, port: number): string {
  return isIP(address) === 6 ? `[${address}]:${port}` : `${address}:${port}`;
}

/** An empty section would be null to Patroni, which expects a mapping. */
function parametersView(parameters: PostgresParameters) {
  const list = Object.entries(parameters).map(([name, value]) => ({ name, value }));
  return { hasParameters: list.length > 0, parameters: list };
}

function checkModel(model: PatroniConfigModel): void {
  const { advertisedRestPort, advertisedPostgresPort, restPort, postgresPort, etcdProxyPort } = model;
  requirePorts({ advertisedRestPort, advertisedPostgresPort, restPort, postgresPort, etcdProxyPort });
  requireAddress('address', model.address);
  const { clusterName, nodeId, dataDirectory, binaryDirectory, pgpassFile } = model;
  requireTexts({ clusterName, nodeId, dataDirectory, binaryDirectory, pgpassFile });
  const { etcdCaFile, etcdCertFile, etcdKeyFile } = model;
  requireTexts({ etcdCaFile, etcdCertFile, etcdKeyFile });
  for (const field of ['restCredentials', 'superuser', 'replication', 'rewind'] as const) {
    const { username, password } = model[field];
    requireTexts({ [`${field}.username`]: username, [`${field}.password`]: password });
  }
  const { username } = model.superuser;
  if (username === model.replication.username || username === model.rewind.username) {
    throw invalidModel('the superuser has the name of another role');
  }
  // Patroni writes the lines as they are: a line break would make two rules of one, and no rules leave initdb's.
  if (model.pgHba.length === 0 || model.pgHba.some((line) => line === '' || /\p{Cc}/u.test(line))) {
    throw invalidModel('pgHba has no lines, or one that is not a line of its own');
  }
  if (model.bootstrap !== null) checkBootstrap(model.bootstrap);
}

function checkBootstrap(bootstrap: PatroniBootstrap): void {
  const { ttlSeconds, loopWaitSeconds, retryTimeoutSeconds, maximumLagOnFailoverBytes } = bootstrap;
  requireWholeNumber('loopWaitSeconds', loopWaitSeconds, 1);
  requireWholeNumber('retryTimeoutSeconds', retryTimeoutSeconds, 3);
  // Patroni would replace shorter times by its own.
  requireWholeNumber('ttlSeconds', ttlSeconds, Math.max(20, loopWaitSeconds + 2 * retryTimeoutSeconds));
  requireWholeNumber('memberSlotsTtlSeconds', bootstrap.memberSlotsTtlSeconds, 0);
  requireWholeNumber('maximumLagOnFailoverBytes', maximumLagOnFailoverBytes, 0);
}
