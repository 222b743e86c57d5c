import { describe, expect, test } from 'vitest';
import { aPrimary, aReplica, MASTER_OF_3_0, UNINITIALIZED } from '../testing/bodies.ts';
import { answering, loopbackServer, saying } from '../testing/loopback-server.ts';
import { type NodeStatus, PatroniClient } from './index.ts';

async function statusOf(document: unknown, httpStatus = 200): Promise<NodeStatus> {
  await using server = await loopbackServer(answering(document, httpStatus));
  await using client = new PatroniClient({ baseUrl: server.url, requestTimeoutMs: 2000 });
  return await client.status();
}

describe('status', () => {
  test('a primary with its standbys', async () => {
    expect(await statusOf(aPrimary())).toEqual({
      role: 'primary',
      state: 'running',
      timeline: 3,
      serverVersion: 170_006,
      postmasterStartTime: '2026-07-01 10:00:05.352526+00:00',
      xlog: { location: 67_395_656 },
      replication: [
        {
          applicationName: '6f1c0c9e-node2',
          usename: 'replicator',
          clientAddr: '10.89.0.6',
          state: 'streaming',
          syncState: 'async',
          syncPriority: 0,
        },
        { applicationName: 'pg_basebackup', state: 'backup', syncState: 'async', syncPriority: 0 },
      ],
      syncStandby: false,
      quorumStandby: false,
      pendingRestart: false,
      paused: false,
      clusterUnlocked: false,
      failsafeModeIsActive: false,
      watchdogFailed: false,
      dcsLastSeenAtMs: 1_782_900_010_000,
      databaseSystemIdentifier: '7268616322854375442',
      tags: { failover_priority: 1 },
      patroni: { version: '4.1.4', scope: 'myapp-postgres', name: '6f1c0c9e-node1' },
    });
  });

  test('a replica without a leader', async () => {
    const status = await statusOf(aReplica({ sync_standby: true }));
    expect(status).toMatchObject({
      role: 'replica',
      xlog: {
        receivedLocation: 67_419_744,
        replayedLocation: 67_419_000,
        replayedTimestamp: '2026-07-01 10:05:00.123456+00:00',
        paused: false,
      },
      replicationState: 'streaming',
      syncStandby: true,
      clusterUnlocked: true,
      failsafeModeIsActive: true,
    });
    expect(status).not.toHaveProperty('replication');
  });

  test('what Patroni 3 calls master is a primary', async () => {
    expect(await statusOf(MASTER_OF_3_0)).toMatchObject({
      role: 'primary',
      pendingRestart: true,
      paused: true,
      patroni: { version: '3.0.2', scope: 'batman' },
    });
  });

  test.each(['replica', 'standby_leader', 'uninitialized', 'demoted', 'one of the future'])(
    'the role %s stays as it is',
    async (role) => {
      expect(await statusOf(aReplica({ role }))).toMatchObject({ role });
    },
  );

  test('a node without data has a role and a state alone', async () => {
    const status = await statusOf(UNINITIALIZED);
    expect(status).toMatchObject({ role: 'uninitialized', state: 'stopped', clusterUnlocked: true });
    expect(status).not.toHaveProperty('timeline');
  });

  test('fields that are null are absent, unknown ones are ignored', async () => {
    const document = aReplica({ timeline: null, xlog: { replayed_location: null }, brand_new: { a: 1 } });
    const status = await statusOf(document);
    expect(status).not.toHaveProperty('timeline');
    expect(status).not.toHaveProperty('brand_new');
    expect(status.xlog).toEqual({});
    expect(await statusOf({ role: 'replica', state: 'running' })).toMatchObject({ state: 'running' });
  });

  test('the same document with 503 is an answer, too', async () => {
    expect(await statusOf(aReplica(), 503)).toMatchObject({ role: 'replica' });
  });

  test('a 503 without the document is none', async () => {
    await using server = await loopbackServer(saying('<html>No server is available</html>', 503));
    await using client = new PatroniClient({ baseUrl: server.url, requestTimeoutMs: 2000 });
    await expect(client.status()).rejects.toMatchObject({ code: 'unavailable', status: 503 });
  });

  test.each([
    ['no role', { state: 'running' }],
    ['no state', { role: 'primary' }],
    ['a timeline that is a text', aPrimary({ timeline: '3' })],
    ['standbys that are no list', aPrimary({ replication: { a: 1 } })],
    ['a list', []],
    ['null', null],
  ])('%s is an error of code schema', async (_title, document) => {
    await expect(statusOf(document)).rejects.toMatchObject({
      name: 'PatroniError',
      code: 'schema',
      status: 200,
    });
  });
});
