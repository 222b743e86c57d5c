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
      replication: [{ application_name: OTHER, state: 'streaming' }, { state: 'backup' }],
    };
    expect(await readLocalPostgres(client)).toEqual({
      role: 'primary',
      state: 'running',
      timeline: 4,
      replicating: [OTHER],
    });
  });

  it('of a node without PostgreSQL is that nothing is known', async () => {
    answer = { state: 'stopped', role: 'uninitialized' };
    expect(await readLocalPostgres(client)).toEqual({
      role: 'uninitialized',
      state: 'stopped',
      timeline: null,
      replicating: [],
    });
  });

  it('is an error when it cannot be read', async () => {
    answer = 'no status';
    await expect(readLocalPostgres(client)).rejects.toThrow();
  });
});
