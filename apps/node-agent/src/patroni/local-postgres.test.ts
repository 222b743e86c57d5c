import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { PatroniClient } from '@flux-pg/patroni-client';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { OTHER } from '../loop/view-builder.ts';
import { readLocalPostgres } from './local-postgres.ts';

let server: Server;
let client: PatroniClient;
let answer: unknown;

beforeEach(async () => {
  server = createServer((_request, response) => {
    response.setHeader('content-type', 'application/json').end(JSON.stringify(answer));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  client = new PatroniClient({ baseUrl: `http://127.0.0.1:${port}`, requestTimeoutMs: 1000 });
});

afterEach(async () => {
  await client.close();
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

describe('what the own Patroni says', () => {
  it('of a primary is its timeline and who replicates, by node id', async () => {
    answer = {
      state: 'running',
      role: 'master',
      timeline: 4,
      xlog: { location: 16_777_216 },
      replication: [{ application_name: OTHER, state: 'streaming' }, { state: 'backup' }],
    };
    expect(await readLocalPostgres(client)).toEqual({
      role: 'primary',
      state: 'running',
      timeline: 4,
      lsn: '0/1000000',
      streaming: false,
      replicating: [OTHER],
    });
  });

  it('of a standby is whether it streams, and the end of what it has received or replayed', async () => {
    answer = {
      state: 'running',
      role: 'replica',
      timeline: 4,
      replication_state: 'streaming',
      xlog: { received_location: 67_108_864, replayed_location: 67_108_800 },
    };
    expect(await readLocalPostgres(client)).toMatchObject({ lsn: '0/4000000', streaming: true });
    answer = {
      state: 'running',
      role: 'replica',
      replication_state: 'in archive recovery',
      xlog: { received_location: 0, replayed_location: 4_294_967_296 },
    };
    expect(await readLocalPostgres(client)).toMatchObject({ lsn: '1/0', streaming: false });
  });

  it('of a node without PostgreSQL is that nothing is known', async () => {
    answer = { state: 'stopped', role: 'uninitialized' };
    expect(await readLocalPostgres(client)).toEqual({
      role: 'uninitialized',
      state: 'stopped',
      timeline: null,
      lsn: null,
      streaming: false,
      replicating: [],
    });
  });

  it('is an error when it cannot be read', async () => {
    answer = 'no status';
    await expect(readLocalPostgres(client)).rejects.toThrow();
  });
});
