import type { Resources } from './read-resources.ts';

/** Settings of PostgreSQL by name. */
export type PostgresParameters = Readonly<Record<string, string | number | boolean>>;

const MIB = 1024 * 1024;

/** A backend with its catalogue caches takes some 10 MB; with this many at work the rest of the memory still does. */
const BYTES_PER_CONNECTION = 10 * MIB;
/** Inactive slots may hold back this part of the volume; then the replica is cloned anew rather than the disk full. */
const SLOT_WAL_PART = 0.2;
const SEGMENT_MIB = 16;

function clamp(value: number, min: number, max: number): number {
  return Math.floor(Math.min(max, Math.max(min, value)));
}

function mebibytes(bytes: number): string {
  return `${Math.floor(bytes / MIB)}MB`;
}

/**
 * Settings that have to be equal on all nodes, and so are kept in Patroni's key: a replica with fewer connections than its
 * primary does not start. They are fixed when the cluster is founded, from the founder's memory.
 */
export function clusterParameters({ memoryBytes }: Pick<Resources, 'memoryBytes'>): PostgresParameters {
  return {
    max_connections: clamp(memoryBytes / BYTES_PER_CONNECTION, 100, 1000),
    max_worker_processes: 8,
    max_locks_per_transaction: 64,
    max_prepared_transactions: 0,
    // Every member streams, and a clone takes two more; twice the size of a large cluster.
    max_wal_senders: 16,
    max_replication_slots: 16,
    wal_level: 'replica',
    // pg_rewind needs checksums or this; checksums can be switched off later.
    wal_log_hints: true,
    track_commit_timestamp: false,
  };
}

/** Settings of this node alone, from its own memory and volume. */
export function nodeParameters({ memoryBytes, volumeBytes, cpus }: Resources): PostgresParameters {
  const volumeMib = volumeBytes / MIB;
  const maxWalMib = clamp(volumeMib * 0.05, 4 * SEGMENT_MIB, 4096);
  return {
    shared_buffers: mebibytes(clamp(memoryBytes / 4, 64 * MIB, 8192 * MIB)),
    effective_cache_size: mebibytes(memoryBytes * 0.6),
    maintenance_work_mem: mebibytes(clamp(memoryBytes / 16, 32 * MIB, 1024 * MIB)),
    work_mem: mebibytes(clamp(memoryBytes / 256, 4 * MIB, 64 * MIB)),
    // /dev/shm has 64 MB on Flux, which a parallel hash join can exceed; files in PGDATA are limited by the disk alone.
    dynamic_shared_memory_type: 'mmap',
    max_parallel_workers: clamp(cpus, 1, 8),
    max_parallel_workers_per_gather: clamp(cpus / 2, 0, 4),
    min_wal_size: `${2 * SEGMENT_MIB}MB`,
    max_wal_size: `${maxWalMib}MB`,
    wal_keep_size: `${clamp(volumeMib * 0.02, SEGMENT_MIB, 1024)}MB`,
    max_slot_wal_keep_size: `${clamp(volumeMib * SLOT_WAL_PART, 16 * SEGMENT_MIB, 1024 * 1024)}MB`,
    wal_compression: 'on',
    checkpoint_timeout: '5min',
    checkpoint_completion_target: 0.9,
    password_encryption: 'scram-sha-256',
    hot_standby_feedback: false,
    // A node on the far side of an ocean is silent for a while without being gone.
    wal_sender_timeout: '30s',
    wal_receiver_timeout: '30s',
    wal_receiver_status_interval: '5s',
    tcp_keepalives_idle: 30,
    tcp_keepalives_interval: 10,
    tcp_keepalives_count: 3,
    logging_collector: false,
    log_destination: 'stderr',
    log_line_prefix: '%m [%p] %q%u@%d ',
    // The platform probes every port every few seconds; each probe would be a line.
    log_connections: false,
    log_disconnections: false,
    log_checkpoints: false,
    log_lock_waits: true,
    log_autovacuum_min_duration: '10min',
    log_min_duration_statement: -1,
    log_timezone: 'UTC',
    timezone: 'UTC',
  };
}
