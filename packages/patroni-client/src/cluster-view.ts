import { z } from 'zod';
import { present, roleSchema } from './wire.ts';

/** How far behind, in bytes; `unknown` if Patroni cannot tell. */
export type Lag = number | 'unknown';

/** A member as it is registered in etcd: up to a cycle of its Patroni old, or a TTL if that is dead. */
export interface ClusterMember {
  readonly name: string;
  /** `leader`, `standby_leader`, `sync_standby`, `quorum_standby`, `replica`. */
  readonly role: string;
  /** `running`, on a standby also `streaming` or `in archive recovery`, … */
  readonly state: string;
  readonly apiUrl?: string;
  readonly host?: string;
  readonly port?: number;
  readonly timeline?: number;
  /** Of what is replayed; absent on the leader. */
  readonly lag?: Lag;
  /** Patroni ≥ 4.1. */
  readonly receiveLag?: Lag;
  /** Patroni ≥ 4.1. */
  readonly replayLag?: Lag;
  readonly pendingRestart: boolean;
  readonly tags?: Readonly<Record<string, unknown>>;
}

/** What `GET /cluster` says. */
export interface ClusterView {
  readonly members: readonly ClusterMember[];
  readonly scope?: string;
  /** Maintenance mode. */
  readonly paused: boolean;
  readonly scheduledSwitchover?: { readonly at?: string; readonly from?: string; readonly to?: string };
}

const lagSchema = z
  .union([z.number(), z.string()])
  .transform((lag): Lag => (typeof lag === 'number' ? lag : 'unknown'))
  .nullish();

const memberSchema = z
  .object({
    name: z.string(),
    role: roleSchema,
    state: z.string(),
    api_url: z.string().nullish(),
    host: z.string().nullish(),
    port: z.number().nullish(),
    timeline: z.number().nullish(),
    lag: lagSchema,
    receive_lag: lagSchema,
    replay_lag: lagSchema,
    pending_restart: z.boolean().nullish(),
    tags: z.record(z.string(), z.unknown()).nullish(),
  })
  .transform(
    ({ name, role, state, ...member }): ClusterMember => ({
      name,
      role,
      state,
      pendingRestart: member.pending_restart ?? false,
      ...present({
        apiUrl: member.api_url,
        host: member.host,
        port: member.port,
        timeline: member.timeline,
        lag: member.lag,
        receiveLag: member.receive_lag,
        replayLag: member.replay_lag,
        tags: member.tags,
      }),
    }),
  );

/** What `GET /cluster` answers. */
export const clusterViewSchema = z
  .object({
    members: z.array(memberSchema),
    scope: z.string().nullish(),
    pause: z.boolean().nullish(),
    scheduled_switchover: z
      .object({ at: z.string().nullish(), from: z.string().nullish(), to: z.string().nullish() })
      .transform(present)
      .nullish(),
  })
  .transform(
    (body): ClusterView => ({
      members: body.members,
      paused: body.pause ?? false,
      ...present({ scope: body.scope, scheduledSwitchover: body.scheduled_switchover }),
    }),
  );
