import type { EtcdConfigModel } from './render-etcd-config.ts';
import type { PatroniBootstrap, PatroniConfigModel } from './render-patroni-config.ts';
import type { PgHbaModel } from './render-pg-hba.ts';
import type { RouterConfigModel } from './render-router-config.ts';

const nodeId = '3f0e0c1a-5d39-4c6e-9a55-0f6f4f3b8a01';
const memberName = `${nodeId}-1a2b3c4d.fluxpg`;

/** The founder's part with the default times; a test states only what is different about it. */
export function aBootstrap(difference: Partial<PatroniBootstrap> = {}): PatroniBootstrap {
  return {
    ttlSeconds: 30,
    loopWaitSeconds: 5,
    retryTimeoutSeconds: 12,
    maximumLagOnFailoverBytes: 1_048_576,
    memberSlotsTtlSeconds: 600,
    synchronousMode: 'off',
    parameters: { max_connections: 100, wal_level: 'replica', track_commit_timestamp: false },
    ...difference,
  };
}

/** A node that may only clone. */
export function aPatroniModel(difference: Partial<PatroniConfigModel> = {}): PatroniConfigModel {
  return {
    clusterName: 'shop',
    nodeId,
    address: '10.0.0.1',
    advertisedRestPort: 18_009,
    advertisedPostgresPort: 15_432,
    restPort: 18_008,
    restCredentials: { username: 'flux-pg', password: 'rest password' },
    postgresPort: 5432,
    etcdProxyPort: 2378,
    etcdCaFile: '/run/flux-pg/tls/ca.crt',
    etcdCertFile: '/run/flux-pg/tls/node.crt',
    etcdKeyFile: '/run/flux-pg/tls/node.key',
    dataDirectory: '/var/lib/postgresql/data/pgdata',
    binaryDirectory: '/usr/lib/postgresql/17/bin',
    pgpassFile: '/run/postgresql/pgpass',
    superuser: { username: 'postgres', password: 'it\'s "$ecret" \\ %d #1: ü😀' },
    replication: { username: 'replicator', password: 'replication password' },
    rewind: { username: 'rewind_user', password: 'rewind password' },
    parameters: { shared_buffers: '256MB', max_slot_wal_keep_size: '3GB', wal_compression: 'on' },
    pgHba: ['local all all scram-sha-256', 'host all all 0.0.0.0/0 scram-sha-256'],
    bootstrap: null,
    ...difference,
  };
}

/** The only member of a new cluster. */
export function anEtcdModel(difference: Partial<EtcdConfigModel> = {}): EtcdConfigModel {
  return {
    name: memberName,
    dataDirectory: '/var/lib/postgresql/data/etcd',
    clientPort: 2379,
    peerPort: 2380,
    advertisedClientUrl: `https://${memberName}:12379`,
    advertisedPeerUrl: `https://${memberName}:12380`,
    initialCluster: [{ name: memberName, peerUrl: `https://${memberName}:12380` }],
    initialClusterState: 'new',
    initialClusterToken: '5c9d8a52-6c0b-4f2e-8a40-d6b6a1c1e0aa-1',
    caFile: '/run/flux-pg/tls/ca.crt',
    certFile: '/run/flux-pg/tls/node.crt',
    keyFile: '/run/flux-pg/tls/node.key',
    peerClientCertFile: '/run/flux-pg/tls/peer-client.crt',
    peerClientKeyFile: '/run/flux-pg/tls/peer-client.key',
    heartbeatMs: 300,
    electionMs: 3000,
    quotaBytes: 268_435_456,
    logLevel: 'warn',
    ...difference,
  };
}

/** A router on the default ports. */
export function aRouterModel(difference: Partial<RouterConfigModel> = {}): RouterConfigModel {
  return {
    user: 'haproxy',
    group: 'haproxy',
    maxConnections: 2000,
    slots: 16,
    adminSocket: '/run/flux-pg/router.sock',
    agentSocket: '/run/flux-pg/agent.sock',
    restPort: 8008,
    readWritePort: 5433,
    readOnlyPort: 5434,
    etcdProxyPort: 2378,
    patroniPort: 18_008,
    etcdClientPort: 2379,
    etcdCaFile: '/run/flux-pg/tls/ca.crt',
    etcdPemFile: '/run/flux-pg/tls/node.pem',
    replicaMaximumLagBytes: 16_777_216,
    ...difference,
  };
}

/** A cluster of two nodes. */
export function aPgHbaModel(difference: Partial<PgHbaModel> = {}): PgHbaModel {
  return {
    replicationUser: 'replicator',
    rewindUser: 'rewind_user',
    memberAddresses: ['10.0.0.2', '10.0.0.1'],
    ...difference,
  };
}
