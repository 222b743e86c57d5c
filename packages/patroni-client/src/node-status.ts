import { z } from 'zod';
import { present, roleSchema } from './wire.ts';

/** One standby that streams from the node, as `pg_stat_replication` has it. */
export interface Standby {
  /** The standby's name in Patroni. */
  readonly applicationName?: string;
  readonly usename?: string;
  readonly clientAddr?: string;
  readonly state?: string;
  readonly syncState?: string;
  readonly syncPriority?: number;
}

/** Positions in the WAL, in bytes from its beginning. A primary has a `location`, a standby the others. */
export interface WalPosition {
  readonly location?: number;
  readonly receivedLocation?: number;
  readonly replayedLocation?: number;
  /** Commit time of the last transaction that was replayed. */
  readonly replayedTimestamp?: string;
  readonly paused?: boolean;
}

/** What a node's Patroni says about itself and its PostgreSQL. */
export interface NodeStatus {
  /** `primary` (also where Patroni says `master`), `replica`, `standby_leader`, `uninitialized`, or what else Patroni says. */
  readonly role: string;
  /** `running`, `starting`, `creating replica`, `stopped`, … */
  readonly state: string;
  /** Unknown while PostgreSQL does not run. */
  readonly timeline?: number;
  /** For example 170005. */
  readonly serverVersion?: number;
  readonly postmasterStartTime?: string;
  readonly xlog?: WalPosition;
  /** Absent when nothing streams from the node. */
  readonly replication?: readonly Standby[];
  /** On a standby: `streaming` or `in archive recovery`. */
  readonly replicationState?: string;
  readonly syncStandby: boolean;
  readonly quorumStandby: boolean;
  readonly pendingRestart: boolean;
  /** The cluster is in maintenance mode. */
  readonly paused: boolean;
  /** No member holds the leader key, or Patroni cannot read it. */
  readonly clusterUnlocked: boolean;
  readonly failsafeModeIsActive: boolean;
  readonly watchdogFailed: boolean;
  /** When Patroni last read etcd, by its clock, to the second. */
  readonly dcsLastSeenAtMs?: number;
  readonly databaseSystemIdentifier?: string;
  readonly tags?: Readonly<Record<string, unknown>>;
  readonly patroni?: { readonly version: string; readonly scope: string; readonly name?: string };
}

const standbySchema = z
  .object({
    application_name: z.string().nullish(),
    usename: z.string().nullish(),
    client_addr: z.string().nullish(),
    state: z.string().nullish(),
    sync_state: z.string().nullish(),
    sync_priority: z.number().nullish(),
  })
  .transform(
    (row): Standby =>
      present({
        applicationName: row.application_name,
        usename: row.usename,
        clientAddr: row.client_addr,
        state: row.state,
        syncState: row.sync_state,
        syncPriority: row.sync_priority,
      }),
  );

const xlogSchema = z
  .object({
    location: z.number().nullish(),
    received_location: z.number().nullish(),
    replayed_location: z.number().nullish(),
    replayed_timestamp: z.string().nullish(),
    paused: z.boolean().nullish(),
  })
  .transform(
    (xlog): WalPosition =>
      present({
        location: xlog.location,
        receivedLocation: xlog.received_location,
        replayedLocation: xlog.replayed_location,
        replayedTimestamp: xlog.replayed_timestamp,
        paused: xlog.paused,
      }),
  );

const patroniSchema = z
  .object({ version: z.string(), scope: z.string(), name: z.string().nullish() })
  .transform(({ version, scope, name }) => ({ version, scope, ...present({ name }) }));

const flag = z
  .boolean()
  .nullish()
  .transform((value) => value ?? false);

/** What `GET /patroni` and the health checks answer. */
export const nodeStatusSchema = z
  .object({
    role: roleSchema,
    state: z.string(),
    timeline: z.number().nullish(),
    server_version: z.number().nullish(),
    postmaster_start_time: z.string().nullish(),
    xlog: xlogSchema.nullish(),
    replication: z.array(standbySchema).nullish(),
    replication_state: z.string().nullish(),
    sync_standby: flag,
    quorum_standby: flag,
    pending_restart: flag,
    pause: flag,
    cluster_unlocked: flag,
    failsafe_mode_is_active: flag,
    watchdog_failed: flag,
    dcs_last_seen: z.number().nullish(),
    database_system_identifier: z.string().nullish(),
    tags: z.record(z.string(), z.unknown()).nullish(),
    patroni: patroniSchema.nullish(),
  })
  .transform(
    ({ role, state, ...body }): NodeStatus => ({
      role,
      state,
      syncStandby: body.sync_standby,
      quorumStandby: body.quorum_standby,
      pendingRestart: body.pending_restart,
      paused: body.pause,
      clusterUnlocked: body.cluster_unlocked,
      failsafeModeIsActive: body.failsafe_mode_is_active,
      watchdogFailed: body.watchdog_failed,
      ...present({
        timeline: body.timeline,
        serverVersion: body.server_version,
        postmasterStartTime: body.postmaster_start_time,
        xlog: body.xlog,
        replication: body.replication,
        replicationState: body.replication_state,
        dcsLastSeenAtMs: typeof body.dcs_last_seen === 'number' ? body.dcs_last_seen * 1000 : undefined,
        databaseSystemIdentifier: body.database_system_identifier,
        tags: body.tags,
        patroni: body.patroni,
      }),
    }),
  );
