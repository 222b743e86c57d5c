import type { PatroniBootstrap } from './render-patroni-config.ts';

/**
 * What the `bootstrap` section of patroni.yml makes Patroni write to its key `config`, as JSON: for a cluster that begins
 * with data, where Patroni bootstraps nothing and would go on with its defaults.
 */
export function renderDynamicConfig(bootstrap: PatroniBootstrap): string {
  const { synchronousMode, parameters } = bootstrap;
  const hasParameters = Object.keys(parameters).length > 0;
  return JSON.stringify({
    ttl: bootstrap.ttlSeconds,
    loop_wait: bootstrap.loopWaitSeconds,
    retry_timeout: bootstrap.retryTimeoutSeconds,
    maximum_lag_on_failover: bootstrap.maximumLagOnFailoverBytes,
    member_slots_ttl: bootstrap.memberSlotsTtlSeconds,
    failsafe_mode: true,
    check_timeline: true,
    synchronous_mode: synchronousMode === 'quorum' ? 'quorum' : synchronousMode === 'on',
    postgresql: { use_pg_rewind: true, use_slots: true, ...(hasParameters ? { parameters } : {}) },
  });
}
