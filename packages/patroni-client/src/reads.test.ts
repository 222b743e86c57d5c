import { describe, expect, test } from 'vitest';
import { CLUSTER_OF_3_0, CLUSTER_OF_4_1, errorPage } from '../testing/bodies.ts';
import { answering, loopbackServer, saying } from '../testing/loopback-server.ts';
import { type HealthCheck, PatroniClient } from './index.ts';

const requestTimeoutMs = 2000;

describe('cluster', () => {
  test('the members of Patroni 4.1', async () => {
    await using server = await loopbackServer(answering(CLUSTER_OF_4_1));
    await using client = new PatroniClient({ baseUrl: server.url, requestTimeoutMs });
    const { members, ...cluster } = await client.cluster();
    expect(cluster).toEqual({
      scope: 'myapp-postgres',
      paused: false,
      scheduledSwitchover: { at: '2026-09-24T10:36:00+02:00', from: 'node1' },
    });
    expect(members).toEqual([
      {
        name: 'node1',
        role: 'leader',
        state: 'running',
        apiUrl: 'https://10.89.0.4:8008/patroni',
        host: '10.89.0.4',
        port: 5432,
        timeline: 5,
        pendingRestart: false,
        tags: { clonefrom: true },
      },
      {
        name: 'node2',
        role: 'quorum_standby',
        state: 'streaming',
        apiUrl: 'https://10.89.0.6:8008/patroni',
        host: '10.89.0.6',
        port: 5433,
        timeline: 5,
        lag: 16,
        receiveLag: 0,
        replayLag: 16,
        pendingRestart: true,
      },
      {
        name: 'node3',
        role: 'replica',
        state: 'creating replica',
        lag: 'unknown',
        receiveLag: 'unknown',
        replayLag: 'unknown',
        pendingRestart: false,
      },
    ]);
  });

  test('the members of Patroni 3.0', async () => {
    await using server = await loopbackServer(answering(CLUSTER_OF_3_0));
    await using client = new PatroniClient({ baseUrl: server.url, requestTimeoutMs });
    const { members, ...cluster } = await client.cluster();
    expect(cluster).toEqual({ paused: true });
    expect(members[0]).not.toHaveProperty('lag');
    expect(members[1]).toMatchObject({ role: 'sync_standby', lag: 0 });
    expect(members[1]).not.toHaveProperty('receiveLag');
  });
});

describe('history', () => {
  test('its rows become objects, whatever columns they have', async () => {
    await using server = await loopbackServer(
      answering([
        [1, 25_623_960, 'no recovery target specified'],
        [2, 25_624_344, 'no recovery target specified', '2026-07-01T09:22:33+02:00'],
        [3, 25_624_752, 'no recovery target specified', '2026-07-02T09:26:15+02:00', 'node2'],
        [4, 25_624_999, 'no recovery target specified', null, 'node1', 'a column of the future'],
      ]),
    );
    await using client = new PatroniClient({ baseUrl: server.url, requestTimeoutMs });
    const reason = 'no recovery target specified';
    expect(await client.history()).toEqual([
      { timeline: 1, lsn: 25_623_960, reason },
      { timeline: 2, lsn: 25_624_344, reason, at: '2026-07-01T09:22:33+02:00' },
      { timeline: 3, lsn: 25_624_752, reason, at: '2026-07-02T09:26:15+02:00', newLeader: 'node2' },
      { timeline: 4, lsn: 25_624_999, reason, newLeader: 'node1' },
    ]);
    expect(server.requests[0]?.url).toBe('/history');
  });
});

describe('config', () => {
  test('it is returned as it is', async () => {
    const config = { ttl: 30, loop_wait: 5, postgresql: { parameters: { max_connections: '100' } } };
    await using server = await loopbackServer(answering(config));
    await using client = new PatroniClient({ baseUrl: server.url, requestTimeoutMs });
    expect(await client.config()).toEqual(config);
  });

  test('none in etcd yet is an error of code unavailable', async () => {
    await using server = await loopbackServer(saying(errorPage(502), 502));
    await using client = new PatroniClient({ baseUrl: server.url, requestTimeoutMs });
    await expect(client.config()).rejects.toMatchObject({
      code: 'unavailable',
      status: 502,
      message: `GET ${server.url}/config: HTTP status 502`,
    });
  });
});

describe('check', () => {
  test.each<readonly [HealthCheck, number, boolean]>([
    ['primary', 200, true],
    ['replica', 503, false],
    ['liveness', 200, true],
    ['readiness', 503, false],
  ])('%s with %i is %s', async (check, status, expected) => {
    await using server = await loopbackServer(saying('', status));
    await using client = new PatroniClient({ baseUrl: server.url, requestTimeoutMs });
    expect(await client.check(check)).toBe(expected);
    expect(server.requests[0]).toMatchObject({ method: 'GET', url: `/${check}` });
  });

  test('the lag that is allowed is sent in bytes', async () => {
    await using server = await loopbackServer(saying(''));
    await using client = new PatroniClient({ baseUrl: `${server.url}/prefix/`, requestTimeoutMs });
    await client.check('replica', { maxLagBytes: 1_048_576 });
    expect(server.requests[0]?.url).toBe('/prefix/replica?lag=1048576');
  });

  test.each([404, 401, 500, 302])('%i is no answer to it', async (status) => {
    await using server = await loopbackServer(saying('', status));
    await using client = new PatroniClient({ baseUrl: server.url, requestTimeoutMs });
    await expect(client.check('primary')).rejects.toMatchObject({ name: 'PatroniError', status });
  });
});
