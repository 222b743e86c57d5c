import { createServer } from 'node:net';
import { Agent } from 'undici';
import { describe, expect, test } from 'vitest';
import { aPrimary } from '../testing/bodies.ts';
import { answering, loopbackServer, saying } from '../testing/loopback-server.ts';
import { closingAfter, rawServer } from '../testing/raw-server.ts';
import { PatroniClient, type PatroniClientOptions } from './index.ts';

function aClient(baseUrl: string, differences: Partial<PatroniClientOptions> = {}): PatroniClient {
  return new PatroniClient({ baseUrl, requestTimeoutMs: 2000, ...differences });
}

describe('connection', () => {
  test('answers of HTTP/1.0, ended by closing, are read', async () => {
    const head =
      'HTTP/1.0 200 OK\r\nServer: BaseHTTP/0.6 Python/3.13.5\r\nContent-Type: application/json\r\n\r\n';
    await using server = await rawServer(closingAfter(head + JSON.stringify(aPrimary())));
    await using client = aClient(server.url);
    await expect(client.status()).resolves.toMatchObject({ role: 'primary' });
  });

  test.each([
    ['200 OK', true],
    ['503 Service Unavailable', false],
  ])('a status line and nothing more, as Patroni answers probes: %s', async (status, expected) => {
    await using server = await rawServer(closingAfter(`HTTP/1.0 ${status}\r\n\r\n`));
    await using client = aClient(server.url);
    expect(await client.check('liveness')).toBe(expected);
  });

  test('every request has a connection of its own, so a restart of Patroni goes unnoticed', async () => {
    const body = JSON.stringify(aPrimary());
    const answer = `HTTP/1.1 200 OK\r\nContent-Length: ${body.length}\r\nConnection: keep-alive\r\n\r\n${body}`;
    await using server = await rawServer((socket) => socket.once('data', () => socket.write(answer)));
    await using client = aClient(server.url);
    for (let call = 0; call < 3; call++) await client.status();
    expect(server.connections()).toBe(3);
    const agent = new Agent();
    await using other = aClient(server.url, { dispatcher: agent });
    for (let call = 0; call < 2; call++) await other.status();
    expect(server.connections()).toBe(5);
    await agent.close();
  });

  test('nobody listening is an error of code network', async () => {
    const taken = createServer();
    await new Promise<void>((resolve) => taken.listen(0, '127.0.0.1', resolve));
    const address = taken.address();
    await new Promise((resolve) => taken.close(resolve));
    await using client = aClient(
      `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`,
    );
    await expect(client.status()).rejects.toMatchObject({
      code: 'network',
      reason: 'no connection or a broken one (ECONNREFUSED)',
      cause: { code: 'ECONNREFUSED' },
    });
  });

  test.each([
    ['closed without an answer', ''],
    ['closed inside the body', 'HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n{"role":'],
    ['no HTTP', 'SSH-2.0-OpenSSH_9.2\r\n'],
  ])('a connection %s is an error of code network', async (_title, bytes) => {
    await using server = await rawServer(closingAfter(bytes));
    await using client = aClient(server.url);
    await expect(client.status()).rejects.toMatchObject({ code: 'network' });
    // Nothing is repeated: what was sent may have been done.
    await expect(client.reload()).rejects.toMatchObject({ code: 'network' });
    expect(server.connections()).toBe(2);
  });

  test.each([
    ['no answer', (): undefined => undefined],
    [
      'half an answer',
      (socket: { write(text: string): void }) => socket.write('HTTP/1.0 200 OK\r\n\r\n{"role"'),
    ],
  ])('%s in time is an error of code timeout', async (_title, handle) => {
    await using server = await rawServer((socket) => socket.once('data', () => handle(socket)));
    await using client = aClient(server.url, { requestTimeoutMs: 150 });
    const startedAtMs = performance.now();
    await expect(client.status()).rejects.toMatchObject({
      code: 'timeout',
      reason: 'no answer within 150 ms',
    });
    expect(performance.now() - startedAtMs).toBeLessThan(1500);
  });

  test('a call can have a time of its own', async () => {
    await using server = await loopbackServer((_request, response) => {
      setTimeout(() => response.end('Successfully switched over to "b"'), 300);
    });
    await using client = aClient(server.url, { requestTimeoutMs: 100 });
    await expect(client.switchover({ leader: 'a' })).rejects.toMatchObject({ code: 'timeout' });
    await expect(client.switchover({ leader: 'a' }, { timeoutMs: 5000 })).resolves.toMatchObject({
      message: 'Successfully switched over to "b"',
    });
  });

  test('a call ends in time also when all connections are busy, and is not sent later', async () => {
    await using server = await loopbackServer((request, response) => {
      if (request.url === '/reload') response.end('reload scheduled');
      else setTimeout(() => response.end('done'), 1500);
    });
    await using client = aClient(server.url);
    const busy = Array.from({ length: 3 }, () => client.switchover({ leader: 'a' }));
    const startedAtMs = performance.now();
    await expect(client.reload({ timeoutMs: 100 })).rejects.toMatchObject({ code: 'timeout' });
    expect(performance.now() - startedAtMs).toBeLessThan(1000);
    await Promise.all(busy);
    await client.check('primary');
    expect(server.requests.filter(({ url }) => url === '/reload')).toHaveLength(0);
  });

  test('the caller can end a call, before and during it', async () => {
    await using server = await rawServer(() => undefined);
    await using client = aClient(server.url);
    await expect(client.status({ signal: AbortSignal.abort() })).rejects.toMatchObject({ code: 'aborted' });
    expect(server.connections()).toBe(0);
    const controller = new AbortController();
    const call = client.status({ signal: controller.signal });
    setTimeout(() => controller.abort(new Error('enough')), 50);
    await expect(call).rejects.toMatchObject({ code: 'aborted', cause: { message: 'enough' } });
  });

  test('an answer that is too large is given up early', async () => {
    await using server = await loopbackServer(saying('x'.repeat(3_000_000)));
    await using client = aClient(server.url);
    await expect(client.status()).rejects.toMatchObject({ code: 'too-large', status: 200 });
    await using small = aClient(server.url, { maxBodyBytes: 1000 });
    await expect(small.check('primary')).rejects.toMatchObject({ code: 'too-large' });
    await using headers = await rawServer(
      closingAfter(`HTTP/1.0 200 OK\r\nA: ${'x'.repeat(100_000)}\r\n\r\n{}`),
    );
    await using other = aClient(headers.url);
    await expect(other.status()).rejects.toMatchObject({ code: 'too-large' });
  });

  test('a redirect is not followed', async () => {
    await using target = await loopbackServer(answering(aPrimary()));
    await using server = await loopbackServer((_request, response) =>
      response.writeHead(301, { location: `${target.url}/patroni` }).end(),
    );
    await using client = aClient(server.url);
    await expect(client.status()).rejects.toMatchObject({ code: 'schema', status: 301 });
    expect(target.requests).toHaveLength(0);
  });

  test('closing ends calls under way', async () => {
    await using server = await rawServer(() => undefined);
    const client = aClient(server.url);
    const call = client.status();
    setTimeout(() => client.close(), 50);
    await expect(call).rejects.toMatchObject({ name: 'PatroniError', code: 'network' });
  });

  test.each<readonly [string, Partial<PatroniClientOptions>]>([
    ['a base URL that is none', { baseUrl: 'user:secret' }],
    ['a base URL of another protocol', { baseUrl: 'ftp://secret' }],
    ['credentials in the base URL', { baseUrl: 'http://user:secret@127.0.0.1' }],
    ['a colon in the user name', { auth: { username: 'a:b', password: 'secret' } }],
    ['no time at all', { requestTimeoutMs: 0 }],
    ['no bytes at all', { maxBodyBytes: Number.NaN }],
  ])('%s is refused without being repeated', (_title, differences) => {
    let error: unknown;
    try {
      aClient('http://127.0.0.1', differences);
    } catch (caught) {
      error = caught;
    }
    expect(error).toBeInstanceOf(TypeError);
    expect(String(error)).not.toContain('secret');
  });
});
