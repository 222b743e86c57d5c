import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseConfig } from './config.ts';

const required = {
  POSTGRES_SUPERUSER_PASSWORD: 'super secret',
  POSTGRES_REPLICATION_PASSWORD: 'replication secret!',
};

function configOf(environment: Record<string, string>) {
  const parsed = parseConfig({ ...required, ...environment });
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems));
  return parsed.config;
}

function problemsOf(environment: Record<string, string | undefined>) {
  const parsed = parseConfig({ ...required, ...environment });
  return parsed.ok ? [] : parsed.problems.map(({ variable }) => variable);
}

describe('the environment', () => {
  it('needs nothing but the two passwords', () => {
    expect(configOf({})).toMatchObject({
      appName: 'myapp-postgres',
      ports: { postgres: 5432, patroniApi: 8008, etcdClient: 2379, etcdPeer: 2380 },
      superuser: { name: 'postgres' },
      database: 'postgres',
      patroni: { ttlSeconds: 30, loopWaitSeconds: 5, retryTimeoutSeconds: 12 },
      listingIntervalMs: 60_000,
    });
  });

  it('takes the name that Flux injects where the user gave none', () => {
    expect(configOf({ FLUX_APP_NAME: 'shop' }).appName).toBe('shop');
    expect(configOf({ FLUX_APP_NAME: 'shop', APP_NAME: 'db' }).appName).toBe('db');
  });

  it('counts an empty variable as unset', () => {
    expect(configOf({ POSTGRES_PORT: '', APP_NAME: ' ' })).toMatchObject({ appName: 'myapp-postgres' });
    expect(problemsOf({ POSTGRES_SUPERUSER_PASSWORD: '' })).toEqual(['POSTGRES_SUPERUSER_PASSWORD']);
  });

  it('reports every problem at once, with the variable and a mend', () => {
    const parsed = parseConfig({
      POSTGRES_PORT: 'abc',
      PATRONI_TTL: '20',
      HOST_ETCD_PEER_PORT: '2379',
      NODE_IP: '1.2.3',
      SSL_ENABLED: 'true',
    });
    expect(parsed.ok).toBe(false);
    if (parsed.ok) return;
    expect(parsed.problems.map(({ variable }) => variable).sort()).toEqual([
      'HOST_ETCD_PEER_PORT',
      'NODE_IP',
      'PATRONI_TTL',
      'POSTGRES_PORT',
      'POSTGRES_REPLICATION_PASSWORD',
      'POSTGRES_SUPERUSER_PASSWORD',
      'SSL_ENABLED',
      'SSL_PASSPHRASE',
    ]);
    expect(parsed.problems.every(({ problem }) => problem.length > 20)).toBe(true);
  });

  it.each([
    ['PATRONI_TTL', { PATRONI_TTL: '25', PATRONI_LOOP_WAIT: '5', PATRONI_RETRY_TIMEOUT: '12' }],
    ['PATRONI_RETRY_TIMEOUT', { PATRONI_RETRY_TIMEOUT: '11' }],
    ['SSL_ENABLED', { SSL_ENABLED: 'true', SSL_PASSPHRASE: 'x' }],
    ['SSL_ENABLED', { SSL_ENABLED: 'maybe' }],
    ['ETCD_PEER_PORT', { ETCD_PEER_PORT: '5432' }],
    ['PATRONI_API_PORT', { PATRONI_API_PORT: '5433' }],
    ['ETCD_MAX_VOTERS', { ETCD_MAX_VOTERS: '4' }],
    ['FLUX_API_URL', { FLUX_API_URL: 'api.runonflux.io' }],
    ['POSTGRES_USER', { POSTGRES_USER: 'replicator' }],
    ['POSTGRES_USER', { POSTGRES_USER: 'pg_monitor' }],
    ['POSTGRES_DB', { POSTGRES_DB: 'x'.repeat(64) }],
    ['CLUSTER_SIZE', { CLUSTER_SIZE: '0' }],
    ['APP_NAME', { APP_NAME: '../etc' }],
    ['POSTGRES_SUPERUSER_PASSWORD', { POSTGRES_SUPERUSER_PASSWORD: 'two\nlines' }],
  ])('refuses a wrong %s', (variable, environment) => {
    expect(problemsOf(environment)).toEqual([variable]);
  });

  it('warns when all keys derive from a password or from few characters', () => {
    const parsed = parseConfig({ ...required, SSL_PASSPHRASE: 'short' });
    expect(parsed.ok && parsed.warnings.map(({ variable }) => variable)).toEqual(['SSL_PASSPHRASE']);
    const without = parseConfig(required);
    expect(without.ok && without.warnings.map(({ variable }) => variable)).toEqual(['SSL_PASSPHRASE']);
  });

  it('takes passwords as they are, whatever they hold in their one line', () => {
    const bytes = fc
      .string({ unit: 'binary', minLength: 1, maxLength: 256 })
      .filter((text) => text.trim() !== '' && !/[\0\r\n]/.test(text));
    fc.assert(
      fc.property(bytes, (password) => {
        expect(configOf({ POSTGRES_SUPERUSER_PASSWORD: password }).superuser.password).toBe(password);
      }),
    );
  });

  it('never throws, whatever the environment holds', () => {
    const names = fc.constantFrom(
      'APP_NAME',
      'POSTGRES_PORT',
      'PATRONI_TTL',
      'NODE_IP',
      'SSL_ENABLED',
      'FLUX_API_URL',
    );
    fc.assert(
      fc.property(fc.dictionary(names, fc.string()), (environment) => {
        expect(typeof parseConfig({ ...required, ...environment }).ok).toBe('boolean');
      }),
    );
  });
});
