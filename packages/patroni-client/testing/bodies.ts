/** `GET /patroni` of a primary, as Patroni 4.1 answers it. A test states only what differs. */
export function aPrimary(differences: Readonly<Record<string, unknown>> = {}): Record<string, unknown> {
  return {
    state: 'running',
    postmaster_start_time: '2026-07-01 10:00:05.352526+00:00',
    role: 'primary',
    server_version: 170_006,
    xlog: { location: 67_395_656 },
    timeline: 3,
    replication: [
      {
        usename: 'replicator',
        application_name: '6f1c0c9e-node2',
        client_addr: '10.89.0.6',
        state: 'streaming',
        sync_state: 'async',
        sync_priority: 0,
      },
      // A backup has no address on a Unix socket, and its role may be gone.
      {
        usename: null,
        application_name: 'pg_basebackup',
        client_addr: null,
        state: 'backup',
        sync_state: 'async',
        sync_priority: 0,
      },
    ],
    dcs_last_seen: 1_782_900_010,
    tags: { failover_priority: 1 },
    database_system_identifier: '7268616322854375442',
    patroni: { version: '4.1.4', scope: 'myapp-postgres', name: '6f1c0c9e-node1' },
    ...differences,
  };
}

/** `GET /patroni` of a replica of Patroni 4.1 while nobody leads and failsafe mode holds. */
export function aReplica(differences: Readonly<Record<string, unknown>> = {}): Record<string, unknown> {
  return {
    state: 'running',
    postmaster_start_time: '2026-07-01 10:00:09.000001+00:00',
    role: 'replica',
    server_version: 170_006,
    xlog: {
      received_location: 67_419_744,
      replayed_location: 67_419_000,
      replayed_timestamp: '2026-07-01 10:05:00.123456+00:00',
      paused: false,
    },
    timeline: 3,
    replication_state: 'streaming',
    cluster_unlocked: true,
    failsafe_mode_is_active: true,
    dcs_last_seen: 1_782_900_010,
    database_system_identifier: '7268616322854375442',
    patroni: { version: '4.1.4', scope: 'myapp-postgres', name: '6f1c0c9e-node2' },
    ...differences,
  };
}

/** `GET /patroni` of the primary of Debian 12, Patroni 3.0.2. */
export const MASTER_OF_3_0 = {
  state: 'running',
  postmaster_start_time: '2023-05-01 10:00:05.352526+00:00',
  role: 'master',
  server_version: 150_006,
  xlog: { location: 50_331_856 },
  timeline: 1,
  pending_restart: true,
  pause: true,
  dcs_last_seen: 1_682_935_205,
  database_system_identifier: '7227892345678901234',
  patroni: { version: '3.0.2', scope: 'batman' },
};

/** `GET /patroni` before PostgreSQL has any data. */
export const UNINITIALIZED = {
  state: 'stopped',
  role: 'uninitialized',
  cluster_unlocked: true,
  dcs_last_seen: 0,
  patroni: { version: '4.1.4', scope: 'myapp-postgres', name: '6f1c0c9e-node3' },
};

/** `GET /cluster` of Patroni 4.1. */
export const CLUSTER_OF_4_1 = {
  members: [
    {
      name: 'node1',
      role: 'leader',
      state: 'running',
      api_url: 'https://10.89.0.4:8008/patroni',
      host: '10.89.0.4',
      port: 5432,
      timeline: 5,
      tags: { clonefrom: true },
    },
    {
      name: 'node2',
      role: 'quorum_standby',
      state: 'streaming',
      api_url: 'https://10.89.0.6:8008/patroni',
      host: '10.89.0.6',
      port: 5433,
      timeline: 5,
      pending_restart: true,
      receive_lag: 0,
      receive_lsn: '0/4000060',
      replay_lag: 16,
      replay_lsn: '0/4000050',
      lag: 16,
      lsn: '0/4000050',
    },
    {
      name: 'node3',
      role: 'replica',
      state: 'creating replica',
      receive_lag: 'unknown',
      receive_lsn: 'unknown',
      replay_lag: 'unknown',
      replay_lsn: 'unknown',
      lag: 'unknown',
      lsn: 'unknown',
    },
  ],
  scope: 'myapp-postgres',
  scheduled_switchover: { at: '2026-09-24T10:36:00+02:00', from: 'node1' },
};

/** `GET /cluster` of Patroni 3.0: neither the scope nor the newer lags. */
export const CLUSTER_OF_3_0 = {
  members: [
    {
      name: 'node1',
      role: 'leader',
      state: 'running',
      api_url: 'http://10.0.0.1:8008/patroni',
      host: '10.0.0.1',
      port: 5432,
      timeline: 2,
    },
    {
      name: 'node2',
      role: 'sync_standby',
      state: 'running',
      api_url: 'http://10.0.0.2:8008/patroni',
      host: '10.0.0.2',
      port: 5432,
      timeline: 2,
      lag: 0,
    },
  ],
  pause: true,
};

/** What Python's server says instead of an empty answer. */
export function errorPage(status: number): string {
  return `<!DOCTYPE HTML>\n<html lang="en">\n<head><title>Error response</title></head>\n<body><p>Error code: ${status}</p></body>\n</html>\n`;
}
