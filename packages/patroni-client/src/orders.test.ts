import { describe, expect, test } from 'vitest';
import { errorPage } from '../testing/bodies.ts';
import { answering, loopbackServer, saying } from '../testing/loopback-server.ts';
import { type Outcome, PatroniClient, type PatroniErrorCode } from './index.ts';

const requestTimeoutMs = 2000;
const auth = { username: 'flux-pg', password: 'pä:ss"wörd' };

type Order = (client: PatroniClient) => Promise<Outcome>;

const at = new Date('2026-07-01T12:00:00Z');
const orders: readonly (readonly [title: string, order: Order, path: string, body: unknown])[] = [
  ['switchover', (client) => client.switchover({ leader: 'a' }), '/switchover', { leader: 'a' }],
  [
    'switchover to a candidate at a time',
    (client) => client.switchover({ leader: 'a', candidate: 'b', scheduledAt: at }),
    '/switchover',
    { leader: 'a', candidate: 'b', scheduled_at: '2026-07-01T12:00:00.000Z' },
  ],
  ['failover', (client) => client.failover({ candidate: 'b' }), '/failover', { candidate: 'b' }],
  ['restart', (client) => client.restart(), '/restart', {}],
  [
    'restart with conditions',
    (client) =>
      client.restart({
        restartPending: true,
        role: 'replica',
        postgresVersion: '17.5',
        timeoutSeconds: 60,
        schedule: at,
      }),
    '/restart',
    {
      restart_pending: true,
      role: 'replica',
      postgres_version: '17.5',
      timeout: 60,
      schedule: '2026-07-01T12:00:00.000Z',
    },
  ],
  ['reload', (client) => client.reload(), '/reload', undefined],
  ['reinitialize', (client) => client.reinitialize(), '/reinitialize', {}],
  [
    'reinitialize from the leader by force',
    (client) => client.reinitialize({ force: true, fromLeader: true }),
    '/reinitialize',
    { force: true, from_leader: true },
  ],
];

describe('orders', () => {
  test.each(orders)('%s is one authenticated POST', async (_title, order, path, body) => {
    await using server = await loopbackServer(saying('done'));
    await using client = new PatroniClient({ baseUrl: server.url, requestTimeoutMs, auth });
    expect(await order(client)).toEqual({ scheduled: false, message: 'done' });
    expect(server.requests).toHaveLength(1);
    const [asked] = server.requests;
    expect(asked).toMatchObject({ method: 'POST', url: path });
    expect(asked?.headers.authorization).toBe(
      `Basic ${Buffer.from('flux-pg:pä:ss"wörd').toString('base64')}`,
    );
    // Patroni reads as many bytes as this header says, and refuses a body without it.
    expect(asked?.headers['content-length']).toBe(`${asked?.body.length}`);
    expect(asked?.body === '' ? undefined : JSON.parse(asked?.body ?? '')).toEqual(body);
  });

  test('what is only scheduled says so', async () => {
    await using server = await loopbackServer(saying('Switchover scheduled', 202));
    await using client = new PatroniClient({ baseUrl: server.url, requestTimeoutMs });
    await expect(client.switchover({ leader: 'a', scheduledAt: at })).resolves.toEqual({
      scheduled: true,
      message: 'Switchover scheduled',
    });
  });

  test('a patch returns the whole configuration, and null is sent as null', async () => {
    await using server = await loopbackServer(answering({ ttl: 20 }));
    await using client = new PatroniClient({ baseUrl: server.url, requestTimeoutMs, auth });
    expect(await client.patchConfig({ ttl: 20, loop_wait: null })).toEqual({ ttl: 20 });
    expect(server.requests[0]).toMatchObject({ method: 'PATCH', body: '{"ttl":20,"loop_wait":null}' });
    expect(server.requests[0]?.headers.authorization).toBeDefined();
  });

  test('reads carry no credentials', async () => {
    await using server = await loopbackServer(answering({}));
    await using client = new PatroniClient({ baseUrl: server.url, requestTimeoutMs, auth });
    await client.config();
    await client.check('primary');
    expect(server.requests.map(({ headers }) => headers.authorization)).toEqual([undefined, undefined]);
  });

  test.each<readonly [number, string, PatroniErrorCode, string]>([
    [401, 'not authenticated', 'unauthorized', 'not authenticated (401)'],
    [403, 'Access is denied', 'forbidden', 'Access is denied (403)'],
    [
      400,
      'Switchover target and source are the same',
      'rejected',
      'Switchover target and source are the same (400)',
    ],
    [412, 'leader name does not match', 'rejected', 'leader name does not match (412)'],
    [409, errorPage(409), 'rejected', 'HTTP status 409'],
    [
      422,
      'Cannot schedule switchover in the past',
      'rejected',
      'Cannot schedule switchover in the past (422)',
    ],
    [
      500,
      "Can't schedule restart in the paused state",
      'unavailable',
      "Can't schedule restart in the paused state (500)",
    ],
    [503, 'Switchover status unknown', 'unavailable', 'Switchover status unknown (503)'],
    [302, '', 'schema', 'HTTP status 302'],
  ])('%i %s', async (status, text, code, reason) => {
    await using server = await loopbackServer(saying(text, status));
    await using client = new PatroniClient({ baseUrl: server.url, requestTimeoutMs, auth });
    await expect(client.switchover({ leader: 'a' })).rejects.toMatchObject({
      name: 'PatroniError',
      code,
      status,
      reason,
      message: `POST ${server.url}/switchover: ${reason}`,
    });
    expect(server.requests).toHaveLength(1);
  });

  test('an answer that repeats the credentials does not bring them into the error', async () => {
    await using server = await loopbackServer((request, response) =>
      response.writeHead(401).end(`${request.headers.authorization} is ${auth.password}, no?`),
    );
    await using client = new PatroniClient({ baseUrl: server.url, requestTimeoutMs, auth });
    const error = await client.reload().catch((caught: unknown) => caught);
    expect(error).toMatchObject({ code: 'unauthorized', reason: 'Basic *** is ***, no? (401)' });
  });

  test('a long answer full of control characters is made fit for a log', async () => {
    await using server = await loopbackServer(saying(`no\n\u001b[31m${'x'.repeat(1000)}`, 412));
    await using client = new PatroniClient({ baseUrl: server.url, requestTimeoutMs });
    const error = await client.reload().catch((caught: unknown) => caught);
    expect(String(error)).toMatch(/: no\?\?\[31mx{200,300}\.\.\. \(412\)$/);
  });
});
