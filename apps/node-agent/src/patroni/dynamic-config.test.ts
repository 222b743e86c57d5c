import { describe, expect, it } from 'vitest';
import { aConfig, aView } from '../loop/view-builder.ts';
import { bootstrapOf, dynamicConfig } from './dynamic-config.ts';

function facts(environment: Readonly<Record<string, string>> = {}) {
  return { config: aConfig(environment), facts: aView().facts };
}

describe('Patroni’s key `config`', () => {
  it('is an object that Patroni reads, with the times of the configuration', () => {
    const config: unknown = JSON.parse(dynamicConfig(facts({ PATRONI_TTL: '40', PATRONI_LOOP_WAIT: '6' })));
    expect(config).toMatchObject({ ttl: 40, loop_wait: 6, retry_timeout: 12 });
  });

  it('says the same as what a cluster that begins empty is initialised with', () => {
    const node = facts();
    const bootstrap = bootstrapOf(node);
    expect(JSON.parse(dynamicConfig(node))).toMatchObject({
      ttl: bootstrap.ttlSeconds,
      loop_wait: bootstrap.loopWaitSeconds,
      retry_timeout: bootstrap.retryTimeoutSeconds,
      maximum_lag_on_failover: 1024 * 1024,
    });
  });

  it('keeps the guards that the design relies on', () => {
    expect(JSON.parse(dynamicConfig(facts()))).toMatchObject({
      failsafe_mode: true,
      check_timeline: true,
      postgresql: { use_pg_rewind: true, use_slots: true },
    });
  });

  it('keeps the slot of a member that is away for as long as it may return', () => {
    expect(bootstrapOf(facts({ ABSENCE_GRACE: '90' })).memberSlotsTtlSeconds).toBe(90);
  });

  it('is the same text for the same facts', () => {
    expect(dynamicConfig(facts())).toBe(dynamicConfig(facts()));
  });
});
