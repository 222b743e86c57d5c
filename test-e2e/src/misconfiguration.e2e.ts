import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { clusterForAll } from './cluster/cluster-for-all.ts';
import { VOLUME_PATH } from './cluster/cluster-options.ts';
import { until } from './waiting.ts';

const broken = {
  POSTGRES_SUPERUSER_PASSWORD: '',
  POSTGRES_PORT: '5433',
  PATRONI_TTL: 'soon',
  PATRONI_RETRY_TIMEOUT: '3',
  NODE_IP: 'here',
  FLUX_API_URL: 'ftp://nowhere',
  POSTGRES_USER: 'replicator',
  SSL_ENABLED: 'true',
  CLUSTER_SIZE: '0',
};

describe('S8: bad configuration', () => {
  const theCluster = clusterForAll({ nodes: 1, environment: broken });
  const node = () => theCluster().node(1);

  test('S8: flux-pg status lists every problem at once', async () => {
    const report = await until('status answers', { timeoutMs: 20_000 }, () => node().status());
    expect(report.node.state).toBe('misconfigured');
    const named = new Set(report.problems.map(({ variable }) => variable));
    for (const variable of Object.keys(broken)) expect(named).toContain(variable);
  });

  test("S8: the container's output names every variable", async () => {
    await until('the output has it all', { timeoutMs: 10_000 }, async () => {
      const output = await node().output();
      return Object.keys(broken).every((variable) => output.includes(variable)) ? true : undefined;
    });
  });

  test('S8: the container stays up, says that it is ill, and touches nothing', async () => {
    await delay(5000);
    expect(await node().isRunning()).toBe(true);
    await expect(node().exec(['flux-pg', 'healthcheck'])).rejects.toThrow(/misconfigured/);
    expect(await node().exec(['ls', '-A', VOLUME_PATH])).toBe('');
    const programs = await node().exec(['sh', '-c', 'cat /proc/[0-9]*/comm | sort -u']);
    for (const program of ['postgres', 'patroni', 'etcd', 'haproxy']) expect(programs).not.toContain(program);
  });

  test('S8: it ends at once when it is asked to', async () => {
    const { tookMs, exitCode } = await node().stop();
    expect(exitCode).toBe(0);
    expect(tookMs).toBeLessThan(8000);
  });
});
