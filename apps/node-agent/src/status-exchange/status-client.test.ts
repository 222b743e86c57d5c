import { createServer as createHttpServer, type Server } from 'node:http';
import { createServer as createTcpServer, type Socket } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { announcement, aServer, cluster } from './exchange-builders.ts';
import { createStatusClient, type StatusClientOptions } from './status-client.ts';
import type { HttpAnswer, HttpQuestion } from './unix-server.ts';

const host = '127.0.0.1';
const cleanups: (() => Promise<unknown>)[] = [];

afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

function aClient(changes: Partial<StatusClientOptions> = {}) {
  const client = createStatusClient({
    ...cluster,
    announcement: () => announcement,
    requestTimeoutMs: 1000,
    ...changes,
  });
  cleanups.push(() => client.close());
  return client;
}

async function listening(server: Server | ReturnType<typeof createTcpServer>): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, host, resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the server has no port');
  return address.port;
}

/** A peer: HTTP in front of a handler, as the router is. */
async function aPeer(handle: (question: HttpQuestion) => HttpAnswer) {
  const questions: HttpQuestion[] = [];
  const server = createHttpServer((request, response) => {
    const question = { method: request.method ?? '', path: request.url ?? '', headers: request.headers };
    questions.push(question);
    const { status, body } = handle(question);
    response.writeHead(status, status === 302 ? { location: '/elsewhere' } : {}).end(JSON.stringify(body));
  });
  const port = await listening(server);
  cleanups.push(
    () =>
      new Promise((resolve) => {
        server.close(resolve);
        server.closeAllConnections();
      }),
  );
  return { target: { host, port }, questions };
}

/** Anything that speaks TCP. */
async function aTcpPeer(greet: (socket: Socket) => void) {
  const sockets = new Set<Socket>();
  const server = createTcpServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => sockets.delete(socket));
    greet(socket);
  });
  const port = await listening(server);
  cleanups.push(
    () =>
      new Promise((resolve) => {
        for (const socket of sockets) socket.destroy();
        server.close(resolve);
      }),
  );
  return { host, port };
}

describe('asking a node of the same cluster', () => {
  it('brings its document, in two round trips at first and in one from then on', async () => {
    let version = 0;
    const { handle, heard } = aServer({
      ownAddresses: [host],
      document: () => {
        version += 1;
        return { version };
      },
    });
    const { target, questions } = await aPeer(handle);
    const client = aClient();
    for (const expected of [1, 2, 3]) {
      const answer = await client.ask(target);
      expect(answer).toMatchObject({ kind: 'authenticated', document: { version: expected } });
    }
    expect(questions).toHaveLength(4);
    expect(questions[0]?.headers.authorization).toBeUndefined();
    expect(heard.map((caller) => caller.announcement)).toEqual([announcement, announcement, announcement]);
  });

  it('starts over within the same question when the remembered nonce is refused', async () => {
    const first = aServer({ ownAddresses: [host] });
    const restarted = aServer({ ownAddresses: [host], firstNonce: 1000 });
    let handle = first.handle;
    const { target, questions } = await aPeer((question) => handle(question));
    const client = aClient();
    await client.ask(target);
    handle = restarted.handle;
    expect(await client.ask(target)).toMatchObject({ kind: 'authenticated' });
    expect(questions).toHaveLength(4);
  });

  it('shows it as present when it says that it was not meant', async () => {
    const { handle } = aServer({ ownAddresses: ['10.0.0.1'] });
    const { target } = await aPeer(handle);
    expect(await aClient().ask(target)).toMatchObject({ kind: 'present', reason: 'misdirected' });
  });
});

describe('asking anybody else', () => {
  it('does not tell the announcement to a holder of another key', async () => {
    const { handle } = aServer({ statusKey: Buffer.alloc(32, 8), ownAddresses: [host] });
    const { target, questions } = await aPeer(handle);
    expect(await aClient().ask(target)).toMatchObject({ kind: 'present', reason: 'unverifiable' });
    expect(questions).toHaveLength(1);
  });

  it('gives up on a peer that challenges without end', async () => {
    const { handle } = aServer({ ownAddresses: [host] });
    const { target, questions } = await aPeer((question) =>
      handle({ ...question, headers: { ...question.headers, authorization: undefined } }),
    );
    expect(await aClient().ask(target)).toMatchObject({ kind: 'present', reason: 'unverifiable' });
    expect(questions).toHaveLength(2);
  });

  it('does not follow redirects', async () => {
    const { target, questions } = await aPeer(() => ({ status: 302, body: {} }));
    expect(await aClient().ask(target)).toMatchObject({ kind: 'present', reason: 'unavailable' });
    expect(questions).toHaveLength(1);
  });

  it.each([
    ['no HTTP', (socket: Socket) => socket.end('SSH-2.0-OpenSSH_9.2\r\n'), 'unreadable'],
    [
      'an endless body',
      (socket: Socket) => socket.end(`HTTP/1.1 200 OK\r\nconnection: close\r\n\r\n${'x'.repeat(200_000)}`),
      'unreadable',
    ],
    [
      'an answer that breaks off',
      (socket: Socket) => socket.end('HTTP/1.1 200 OK\r\ncontent-'),
      'unfinished',
    ],
    ['an answer without end', (socket: Socket) => socket.write('HTTP/1.1 200 OK\r\ncontent-'), 'unfinished'],
    [
      'a body without end',
      (socket: Socket) => socket.write('HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nabc'),
      'unfinished',
    ],
  ])('shows %s as present', async (_what, greet, reason) => {
    const target = await aTcpPeer((socket) => void socket.once('data', () => greet(socket)));
    expect(await aClient().ask(target)).toMatchObject({ kind: 'present', reason });
  });
});

describe('asking where nothing answers', () => {
  it('is silent as refused when nobody listens', async () => {
    const server = createTcpServer();
    const port = await listening(server);
    await new Promise((resolve) => server.close(resolve));
    expect(await aClient().ask({ host, port })).toMatchObject({ kind: 'silent', reason: 'refused' });
  });

  it.each([
    ['closed when the connection is closed at once', (socket: Socket) => socket.end(), 'closed'],
    ['closed when the connection is reset', (socket: Socket) => socket.resetAndDestroy(), 'closed'],
    ['timeout when not a byte comes', (socket: Socket) => socket.pause(), 'timeout'],
  ])('is silent as %s', async (_what, greet, reason) => {
    const target = await aTcpPeer((socket) => void greet(socket));
    expect(await aClient().ask(target)).toMatchObject({ kind: 'silent', reason });
  });

  it('is silent, not present, when a peer that answered before has gone', async () => {
    const { handle } = aServer({ ownAddresses: [host] });
    const server = createHttpServer((request, response) => {
      const { method = '', url = '', headers } = request;
      const { status, body } = handle({ method, path: url, headers });
      response.writeHead(status).end(JSON.stringify(body));
    });
    const port = await listening(server);
    const client = aClient();
    expect(await client.ask({ host, port })).toMatchObject({ kind: 'authenticated' });
    await new Promise((resolve) => {
      server.close(resolve);
      server.closeAllConnections();
    });
    expect(await client.ask({ host, port })).toMatchObject({ kind: 'silent', reason: 'refused' });
  });

  it('ends at once when the client is closed', async () => {
    let greeted = () => {};
    const connected = new Promise<void>((resolve) => {
      greeted = resolve;
    });
    const target = await aTcpPeer(() => greeted());
    const client = aClient({ requestTimeoutMs: 60_000 });
    const answer = client.ask(target);
    await connected;
    await client.close();
    expect(await answer).toMatchObject({ kind: 'silent' });
  });
});
