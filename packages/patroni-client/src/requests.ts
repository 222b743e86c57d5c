/** Hands the primary's role over in a healthy cluster. */
export interface SwitchoverRequest {
  /** Patroni refuses if another member leads. */
  readonly leader: string;
  /** Default: the fittest. */
  readonly candidate?: string;
  /** Default: now. */
  readonly scheduledAt?: Date;
}

/** Promotes a member without asking whether it is fit: **may lose data**. */
export interface FailoverRequest {
  readonly candidate: string;
}

/** When PostgreSQL shall be restarted; without conditions at once. */
export interface RestartRequest {
  /** Only if a parameter waits for a restart. */
  readonly restartPending?: boolean;
  /** Only if the node has this role. */
  readonly role?: 'primary' | 'standby_leader' | 'replica';
  /** Only if PostgreSQL is older than this, for example `17.5`. */
  readonly postgresVersion?: string;
  /** How long PostgreSQL may take until it accepts connections; then a primary fails over. */
  readonly timeoutSeconds?: number;
  readonly schedule?: Date;
}

/** Throws a replica's data away and copies it anew. */
export interface ReinitializeRequest {
  /** Also if Patroni is busy with another task. */
  readonly force?: boolean;
  /** Copy from the leader instead of any other source. Patroni ≥ 4.1. */
  readonly fromLeader?: boolean;
}

/** A request that Patroni accepted. */
export interface Outcome {
  /** Patroni will act later (status 202). */
  readonly scheduled: boolean;
  /** Patroni's words: a switchover may have ended on another member than the candidate. */
  readonly message: string;
}

type Body = Readonly<Record<string, unknown>>;

function defined(body: Body): Body {
  return Object.fromEntries(Object.entries(body).filter(([, value]) => value !== undefined));
}

/** The body of `POST /switchover`. */
export function switchoverBody({ leader, candidate, scheduledAt }: SwitchoverRequest): Body {
  return defined({ leader, candidate, scheduled_at: scheduledAt?.toISOString() });
}

/** The body of `POST /restart`. */
export function restartBody(request: RestartRequest): Body {
  return defined({
    restart_pending: request.restartPending,
    role: request.role,
    postgres_version: request.postgresVersion,
    timeout: request.timeoutSeconds,
    schedule: request.schedule?.toISOString(),
  });
}

/** The body of `POST /reinitialize`. Patroni's manual writes `from-leader`, its code reads `from_leader`. */
export function reinitializeBody({ force, fromLeader }: ReinitializeRequest): Body {
  return defined({ force, from_leader: fromLeader });
}
