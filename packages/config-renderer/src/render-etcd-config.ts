import { invalidModel, requirePorts, requireTexts, requireWholeNumber } from './model-checks.ts';
import { renderTemplate } from './template-engine.ts';

/** One entry of etcd's `initial-cluster`. */
export interface EtcdClusterMember {
  readonly name: string;
  readonly peerUrl: string;
}

/** How this node's etcd is started. etcd speaks mutual TLS on both ports. */
export interface EtcdConfigModel {
  /** Name of the member, `NODEID-INCARNATION.fluxpg`. */
  readonly name: string;
  readonly dataDirectory: string;
  /** Ports in the container, on all of its addresses. */
  readonly clientPort: number;
  readonly peerPort: number;
  /** How others reach this member, `https://HOST:PORT` with the port that is mapped on the host. */
  readonly advertisedClientUrl: string;
  readonly advertisedPeerUrl: string;
  /** All members, this one included; etcd ignores it when it starts from its own data. */
  readonly initialCluster: readonly EtcdClusterMember[];
  readonly initialClusterState: 'new' | 'existing';
  readonly initialClusterToken: string;
  readonly caFile: string;
  /** Certificate and key of the node, for both ports. */
  readonly certFile: string;
  readonly keyFile: string;
  /** Shown to other members; must have no subject alternative names, see the template. */
  readonly peerClientCertFile: string;
  readonly peerClientKeyFile: string;
  readonly heartbeatMs: number;
  readonly electionMs: number;
  readonly quotaBytes: number;
  readonly logLevel: 'debug' | 'info' | 'warn' | 'error';
}

/**
 * The text of etcd's configuration file.
 *
 * @throws RenderError `invalid_model` for ports, URLs, names and times that etcd would refuse or read as something
 * else; `unsafe_text` for half a surrogate pair.
 */
export function renderEtcdConfig(model: EtcdConfigModel): string {
  checkMembers(model);
  checkTimes(model);
  const { clientPort, peerPort, name, dataDirectory, initialClusterToken } = model;
  const { caFile, certFile, keyFile, peerClientCertFile, peerClientKeyFile } = model;
  requirePorts({ clientPort, peerPort });
  if (clientPort === peerPort) throw invalidModel('clientPort and peerPort are the same port');
  requireTexts({ name, dataDirectory, initialClusterToken });
  requireTexts({ caFile, certFile, keyFile, peerClientCertFile, peerClientKeyFile });
  return renderTemplate('etcd.yml', {
    ...model,
    listenClientUrls: `https://0.0.0.0:${clientPort}`,
    listenPeerUrls: `https://0.0.0.0:${peerPort}`,
    initialCluster: model.initialCluster.map((member) => `${member.name}=${member.peerUrl}`).join(','),
  });
}

/** Nothing that would make two URLs of one, or a list of members of one name. */
const memberUrl = /^https:\/\/([A-Za-z0-9.-]+|\[[0-9A-Fa-f:.]+\]):[1-9]\d{0,4}$/;

function checkMembers({
  name,
  advertisedClientUrl,
  advertisedPeerUrl,
  initialCluster,
}: EtcdConfigModel): void {
  const urls = [advertisedClientUrl, advertisedPeerUrl, ...initialCluster.map(({ peerUrl }) => peerUrl)];
  if (!urls.every((url) => memberUrl.test(url))) throw invalidModel('a URL is not https://HOST:PORT');
  const names = initialCluster.map((member) => member.name);
  if (names.some((other) => other === '' || /[,=]/.test(other))) {
    throw invalidModel('a name in initialCluster is empty or has a comma or an equals sign');
  }
  if (new Set(names).size !== names.length) throw invalidModel('a name is twice in initialCluster');
  const own = initialCluster.find((member) => member.name === name);
  if (own?.peerUrl !== advertisedPeerUrl) {
    throw invalidModel('initialCluster lacks this member with its advertised URL');
  }
}

function checkTimes({ heartbeatMs, electionMs, quotaBytes }: EtcdConfigModel): void {
  requireWholeNumber('heartbeatMs', heartbeatMs, 1);
  requireWholeNumber('electionMs', electionMs, 5 * heartbeatMs, 50_000);
  requireWholeNumber('quotaBytes', quotaBytes, 1);
}
