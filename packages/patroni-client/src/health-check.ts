/** A question that Patroni answers with a status alone. */
export type HealthCheck =
  | 'primary'
  | 'read-write'
  | 'leader'
  | 'standby-leader'
  | 'replica'
  | 'read-only'
  | 'synchronous'
  | 'read-only-sync'
  | 'quorum'
  | 'read-only-quorum'
  | 'asynchronous'
  | 'health'
  | 'liveness'
  | 'readiness';

/** Conditions of a health check. */
export interface HealthConditions {
  /** The most that a replica may be behind, in bytes; `readiness` knows it since Patroni 4.1. */
  readonly maxLagBytes?: number;
}

/** The path and query of a health check. */
export function healthPath(check: HealthCheck, { maxLagBytes }: HealthConditions): string {
  return maxLagBytes === undefined ? `/${check}` : `/${check}?lag=${Math.floor(maxLagBytes)}`;
}
