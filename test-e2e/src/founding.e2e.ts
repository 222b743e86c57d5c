import { describe, expect, test } from 'vitest';
import { clusterForAll } from './cluster/cluster-for-all.ts';
import type { HealthyCluster } from './cluster/health.ts';
import { connectSql, disconnectSql, querySql } from './cluster/sql.ts';
import { until } from './waiting.ts';

/** Every kind of character that ends, opens or escapes something in a shell, a URL, YAML, SQL or a configuration file. */
const awkward = ` 'q" $HOME \`id\` \\n %41 #no & ; | <a> {{b}} \${c} [d]: - * ? ! @/:=,~^ é €`;

describe('three nodes started at once', () => {
  const theCluster = clusterForAll({
    user: 'shop owner',
    database: 'Shop-1',
    superuserPassword: `super${awkward}`,
    replicationPassword: `replication${awkward}`,
  });
  let healthy: HealthyCluster;

  test('F1: become one healthy cluster', async () => {
    healthy = await theCluster().untilHealthy();
    expect(healthy.replicas).toHaveLength(2);
  });

  test('F1: POSTGRES_USER is a superuser and owns POSTGRES_DB', async () => {
    const [row] = await querySql<{
      superuser: boolean;
      owner: string;
      name: string;
    }>(
      theCluster().node(1).login('readWrite'),
      `select rolsuper as superuser, pg_get_userbyid(datdba) as owner, current_database() as name
       from pg_database, pg_roles where datname = current_database() and rolname = current_user`,
    );
    expect(row).toEqual({
      superuser: true,
      owner: 'shop owner',
      name: 'Shop-1',
    });
  });

  test('F1: a wrong password opens neither PostgreSQL nor its router', async () => {
    for (const port of ['postgres', 'readWrite', 'readOnly'] as const) {
      const login = { ...theCluster().node(1).login(port), password: 'wrong' };
      await expect(connectSql(login), port).rejects.toThrow(/password authentication failed/);
    }
  });

  test('F1: port 5434 of every node leads to a replica', async () => {
    for (const node of theCluster().nodes) {
      const client = await until('5434 leads to a replica', { timeoutMs: 20_000 }, async () => {
        const opened = await connectSql(node.login('readOnly'));
        const { rows } = await opened.query<{ standby: boolean }>('select pg_is_in_recovery() as standby');
        if (rows[0]?.standby === true) return opened;
        disconnectSql(opened);
        return undefined;
      });
      await expect(client.query('create table never (a integer)'), node.name).rejects.toThrow(/read-only/);
      disconnectSql(client);
    }
  });
});

describe('a single node', () => {
  // A size of one that is only read from the API waits for FORMATION_TIMEOUT: it may be a stale specification.
  const theCluster = clusterForAll({ nodes: 1, environment: { CLUSTER_SIZE: '1' } });

  test('F7: N = 1 serves at once', async () => {
    const startedMs = performance.now();
    const healthy = await theCluster().untilHealthy(40_000);
    expect(performance.now() - startedMs).toBeLessThan(30_000);
    expect(healthy.replicas).toHaveLength(0);
  });
});
