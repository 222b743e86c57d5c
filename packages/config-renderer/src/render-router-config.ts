import { invalidModel, requireDistinctPorts, requirePorts, requireWholeNumber } from './model-checks.ts';
import { renderTemplate } from './template-engine.ts';

/** What HAProxy is started with. Its servers are not in here: the agent fills the slots through the admin socket. */
export interface RouterConfigModel {
  /** Whom HAProxy runs as once it has opened its ports and files. */
  readonly user: string;
  readonly group: string;
  readonly maxConnections: number;
  /** Servers per backend that the agent may set. */
  readonly slots: number;
  /** Absolute paths of unix sockets: HAProxy's own for commands, and the agent's HTTP server. */
  readonly adminSocket: string;
  readonly agentSocket: string;
  /** Open on all addresses: the REST port, PostgreSQL's primary, and its replicas. */
  readonly restPort: number;
  readonly readWritePort: number;
  readonly readOnlyPort: number;
  /** Open on loopback: the endpoint of etcd for this node's Patroni. */
  readonly etcdProxyPort: number;
  /** Ports of this node's own programs on loopback. */
  readonly patroniPort: number;
  readonly etcdClientPort: number;
  readonly etcdCaFile: string;
  /** Certificate and key in one file, for the health checks of etcd. */
  readonly etcdPemFile: string;
  /** A replica further behind serves no reads. */
  readonly replicaMaximumLagBytes: number;
}

/**
 * The text of `haproxy.cfg`.
 *
 * @throws RenderError `invalid_model` for ports and socket paths that HAProxy would read as something else;
 * `unsafe_text` for a user, group or file name that no word of the file can carry.
 */
export function renderRouterConfig(model: RouterConfigModel): string {
  const { restPort, readWritePort, readOnlyPort, etcdProxyPort, patroniPort, etcdClientPort } = model;
  const ports = { restPort, readWritePort, readOnlyPort, etcdProxyPort, patroniPort, etcdClientPort };
  requirePorts(ports);
  // HAProxy shares a port with itself without a word, and a port that leads to itself is a loop.
  requireDistinctPorts(ports);
  requireWholeNumber('maxConnections', model.maxConnections, 1);
  requireWholeNumber('slots', model.slots, 1, 1000);
  requireWholeNumber('replicaMaximumLagBytes', model.replicaMaximumLagBytes, 0);
  requireSocketPath('adminSocket', model.adminSocket);
  requireSocketPath('agentSocket', model.agentSocket);
  return renderTemplate('haproxy.cfg', model);
}

/** In an address HAProxy expands `$` and splits at commas even inside of quotes; the kernel allows some 100 bytes. */
function requireSocketPath(field: string, path: string): void {
  if (!/^\/[A-Za-z0-9_./-]{1,90}$/.test(path)) {
    throw invalidModel(`${field} is not an absolute path of plain characters`);
  }
}
