import { createServer, type RequestListener } from 'node:http';
import { createServer as createTcpServer, type Server, type Socket } from 'node:net';
import { FluxClient } from '@flux-pg/discovery';
import { PatroniClient } from '@flux-pg/patroni-client';
import { afterEach, describe, expect, it } from 'vitest';
import { exchange, send } from './send.ts';
import { transport } from './transport.ts';

const cleanups: (() => unknown)[] = [];

afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

async function listening(server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the server has no port');
  return address.port;
}

async function anHttpServer(listener: RequestListener): Promise<number> {
  const server = createServer(listener);
  cleanups.push(() => {
    server.closeAllConnections();
    return new Promise((resolve) => server.close(resolve));
  });
  return listening(server);
}

async function aTcpServer(answer: (socket: Socket) => void): Promise<number> {
  const sockets = new Set<Socket>();
  const server = createTcpServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined).once('data', () => answer(socket));
  });
  cleanups.push(() => {
    for (const socket of sockets) socket.destroy();
    return new Promise((resolve) => server.close(resolve));
  });
  return listening(server);
}

const limits = { maxBodyBytes: 1000 };

describe('an exchange', () => {
  it('gives the status and the body, and sends what it is given', async () => {
    const port = await anHttpServer((request, response) => {
      request.pipe(response.writeHead(201));
    });
    const options = { port, method: 'POST', agent: false };
    expect(await exchange(options, { ...limits, body: 'hällo' })).toEqual({ status: 201, body: 'hällo' });
  });

  it('tells the connection that carries it', async () => {
    const port = await anHttpServer((_request, response) => response.end('a'));
    const sockets: Socket[] = [];
    await exchange({ port, agent: false }, { ...limits, onSocket: (socket) => sockets.push(socket) });
    expect(sockets.map(({ bytesRead }) => bytesRead > 0)).toEqual([true]);
  });

  it.each([
    ['before the answer', () => undefined],
    ['within the body', (socket: Socket) => socket.write('HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nabc')],
  ])('fails with the reason of the signal %s', async (_when, answer) => {
    const port = await aTcpServer(answer);
    const asked = exchange({ port, agent: false, signal: AbortSignal.timeout(100) }, limits);
    await expect(asked).rejects.toMatchObject({ name: 'TimeoutError' });
  });

  it('is not begun with a signal that has ended', async () => {
    const port = await aTcpServer(() => undefined);
    const asked = send({ port, agent: false, signal: AbortSignal.abort(new Error('enough')) });
    await expect(asked).rejects.toThrow('enough');
  });

  it.each([
    ['no HTTP at all', 'SSH-2.0-OpenSSH_9.2\r\n'],
    ['a body that is none', 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n'],
  ])('tells %s by its code', async (_what, bytes) => {
    const port = await aTcpServer((socket) => socket.write(bytes));
    const asked = exchange({ port, agent: false }, limits);
    await expect(asked).rejects.toMatchObject({ code: expect.stringMatching(/^HPE_/) });
  });

  it('gives up on a body that is too long', async () => {
    const port = await anHttpServer((_request, response) => response.end('x'.repeat(1001)));
    await expect(exchange({ port, agent: false }, limits)).rejects.toThrow(RangeError);
  });

  it('leaves no error behind when nobody reads the body', async () => {
    const port = await aTcpServer((socket) =>
      socket.write('HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nabc'),
    );
    const controller = new AbortController();
    const answer = await send({ port, agent: false, signal: controller.signal });
    controller.abort();
    await new Promise((resolve) => answer.once('close', resolve));
    expect(answer.destroyed).toBe(true);
  });
});

describe('the transport', () => {
  it('carries what the client of Flux asks', async () => {
    const port = await anHttpServer((request, response) => {
      response.end(JSON.stringify({ status: 'success', data: [{ url: request.url }] }));
    });
    const client = new FluxClient({ baseUrls: [`http://127.0.0.1:${port}/api`], dispatcher: transport });
    await expect(client.locations('shop')).rejects.toMatchObject({ code: 'schema', status: 200 });
    await expect(client.specification('shop')).rejects.toMatchObject({
      code: 'schema',
      url: `http://127.0.0.1:${port}/api/apps/appspecifications/shop`,
    });
  });

  it('carries what the client of Patroni asks, and orders', async () => {
    const heard: string[] = [];
    const port = await anHttpServer((request, response) => {
      heard.push(`${request.method} ${request.url} ${request.headers['content-length'] ?? 'nothing'}`);
      response.end(request.method === 'GET' ? '{"ttl":30}' : 'reinitialize started');
    });
    const client = new PatroniClient({
      baseUrl: `http://127.0.0.1:${port}`,
      requestTimeoutMs: 1000,
      dispatcher: transport,
    });
    expect(await client.config()).toEqual({ ttl: 30 });
    expect(await client.reinitialize({ force: true })).toMatchObject({ message: 'reinitialize started' });
    expect(heard).toEqual(['GET /config nothing', 'POST /reinitialize 14']);
  });

  it('fails in time, and where nobody listens', async () => {
    const port = await aTcpServer(() => undefined);
    const options = { baseUrl: `http://127.0.0.1:${port}`, requestTimeoutMs: 100, dispatcher: transport };
    await expect(new PatroniClient(options).config()).rejects.toMatchObject({ code: 'timeout' });
    const closed = createTcpServer();
    const free = await listening(closed);
    await new Promise((resolve) => closed.close(resolve));
    const nobody = new PatroniClient({ ...options, baseUrl: `http://127.0.0.1:${free}` });
    await expect(nobody.config()).rejects.toMatchObject({ code: 'network', cause: { code: 'ECONNREFUSED' } });
  });
});
