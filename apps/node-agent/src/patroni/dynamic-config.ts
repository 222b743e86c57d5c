import { type PatroniBootstrap, renderDynamicConfig } from '@flux-pg/config-renderer';
import type { Config } from '../config.ts';
import type { NodeFacts } from '../loop/view.ts';
import { clusterParameters } from '../resources/postgres-parameters.ts';

/** A replica that misses more of the WAL than this does not take over; Patroni's own default. */
const MAXIMUM_LAG_ON_FAILOVER_BYTES = 1024 * 1024;

interface ClusterFacts {
  readonly config: Config;
  readonly facts: NodeFacts;
}

/** What a new cluster starts with. */
export function bootstrapOf({ config, facts }: ClusterFacts): PatroniBootstrap {
  const { ttlSeconds, loopWaitSeconds, retryTimeoutSeconds, synchronousMode } = config.patroni;
  return {
    ttlSeconds,
    loopWaitSeconds,
    retryTimeoutSeconds,
    maximumLagOnFailoverBytes: MAXIMUM_LAG_ON_FAILOVER_BYTES,
    synchronousMode,
    // A slot holds WAL back for a member that may return; one that is away for longer is being replaced.
    memberSlotsTtlSeconds: Math.ceil(config.absenceGraceMs / 1000),
    parameters: clusterParameters(facts.resources),
  };
}

/** Patroni's key `config` for a cluster that begins with data. */
export function dynamicConfig(facts: ClusterFacts): string {
  return renderDynamicConfig(bootstrapOf(facts));
}
