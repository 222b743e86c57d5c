import { renderEtcdConfig } from '@flux-pg/config-renderer';
import {
  type Config,
  ETCD_ELECTION_MS,
  ETCD_FOUNDING_ELECTION_MS,
  ETCD_FOUNDING_HEARTBEAT_MS,
  ETCD_HEARTBEAT_MS,
} from '../config.ts';
import type { NodeState } from '../identity/node-state.ts';
import type { EtcdStart } from '../loop/action.ts';
import { memberUrls, ownMemberName } from '../loop/wanted/hosts-block.ts';
import { ETCD_DATA, tlsFiles } from '../paths.ts';

/** Patroni's and our keys take some 100 kB; the rest is room for an hour of history between two compactions. */
const ETCD_QUOTA_BYTES = 256 * 1024 * 1024;

/**
 * Whether etcd may begin a new cluster. A directory in which it was cut short before its first log file looks like data from
 * outside and like nothing to etcd: with `new` it would make a cluster of this node alone out of it. So only the first etcd of
 * an epoch may, on the node that founds or seeds it, until it has had a leader; all others have to find somebody.
 */
function mayBegin({ cluster, etcd }: NodeState, start: EtcdStart): boolean {
  if (start.kind !== 'own-data') return start.kind === 'new';
  return cluster?.founder === true && cluster.seeding === true && !etcd.started;
}

/** The text of etcd's configuration for a start. */
export function etcdConfig(config: Config, state: NodeState, start: EtcdStart): string {
  const name = ownMemberName({ state });
  const own = memberUrls(name, config.hostPorts);
  return renderEtcdConfig({
    name,
    dataDirectory: ETCD_DATA,
    clientPort: config.ports.etcdClient,
    peerPort: config.ports.etcdPeer,
    advertisedClientUrl: own.client,
    advertisedPeerUrl: own.peer,
    initialCluster: start.kind === 'join' ? start.initialCluster : [{ name, peerUrl: own.peer }],
    initialClusterState: mayBegin(state, start) ? 'new' : 'existing',
    // A recovery raises the epoch and builds a new etcd, which one of the old must not reach by accident.
    initialClusterToken: `${state.cluster?.id ?? ''}-${state.cluster?.epoch ?? 0}`,
    caFile: tlsFiles.ca,
    certFile: tlsFiles.certificate,
    keyFile: tlsFiles.key,
    peerClientCertFile: tlsFiles.peerCertificate,
    peerClientKeyFile: tlsFiles.peerKey,
    heartbeatMs: start.kind === 'new' ? ETCD_FOUNDING_HEARTBEAT_MS : ETCD_HEARTBEAT_MS,
    electionMs: start.kind === 'new' ? ETCD_FOUNDING_ELECTION_MS : ETCD_ELECTION_MS,
    quotaBytes: ETCD_QUOTA_BYTES,
    logLevel: 'warn',
  });
}
