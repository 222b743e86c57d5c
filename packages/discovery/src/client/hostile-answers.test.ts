import type { RequestListener } from 'node:http';
import { expect, test, vi } from 'vitest';
import { answering, loopbackServer, sendText } from '../../testing/loopback-server.ts';
import { aRow, success } from '../../testing/row-builder.ts';
import { type DiscoveryErrorCode, FluxClient } from '../index.ts';

const good = JSON.stringify(success([aRow()]));
const nested = `${'['.repeat(200_000)}${']'.repeat(200_000)}`;

const answers: readonly (readonly [title: string, listener: RequestListener, code: DiscoveryErrorCode])[] = [
  [
    'HTML',
    (_request, response) =>
      sendText(response, '<html>Just a moment...</html>', { 'content-type': 'text/html' }),
    'schema',
  ],
  ['nothing', (_request, response) => sendText(response, ''), 'schema'],
  ['truncated JSON', (_request, response) => sendText(response, good.slice(0, -20)), 'schema'],
  [
    'a connection cut inside the body',
    (_request, response) => {
      response
        .writeHead(200, { 'content-length': good.length })
        .write(good.slice(0, 20), () => response.destroy());
    },
    'network',
  ],
  ['null', answering(null), 'schema'],
  ['data: null', answering(success(null)), 'schema'],
  ['no data', answering({ status: 'success' }), 'schema'],
  ['another status', answering({ status: 'warning', data: [] }), 'schema'],
  ['data of a wrong type', answering(success({ '8.8.4.1': aRow() })), 'schema'],
  ['rows of wrong types', answering(success([aRow({ ip: 1 }), 'row', 7, [[]]])), 'schema'],
  [
    'an error envelope',
    answering({ status: 'error', data: { code: 'E', name: 'X', message: 'no' } }),
    'envelope',
  ],
  ['an error envelope without details', answering({ status: 'error', data: {} }), 'envelope'],
  [
    '10 MB',
    (_request, response) => sendText(response, JSON.stringify(success('x'.repeat(1e7)))),
    'too-large',
  ],
  ['50 000 short entries', answering(success(Array.from({ length: 50_000 }, () => ({})))), 'too-large'],
  [
    'deeply nested data',
    (_request, response) => sendText(response, `{"status":"success","data":${nested}}`),
    'schema',
  ],
  [
    'a deeply nested row',
    (_request, response) => sendText(response, `{"status":"success","data":[{"ip":${nested}}]}`),
    'schema',
  ],
  ['a status of 500', (_request, response) => response.writeHead(500).end(good), 'http'],
  [
    'a status of 404 with a long page',
    (_request, response) => response.writeHead(404).end('x'.repeat(1e6)),
    'http',
  ],
  ['a reset connection', (request) => request.socket.resetAndDestroy(), 'network'],
];

test.each(answers)('%s is an error with a code, not a listing', async (_title, listener, code) => {
  await using server = await loopbackServer(listener);
  await using client = new FluxClient({ baseUrls: [server.url] });
  await expect(client.locations('myapp')).rejects.toMatchObject({ name: 'DiscoveryError', code });
});

test('a redirect is an error and is not followed', async () => {
  await using target = await loopbackServer(answering(success([aRow()])));
  await using server = await loopbackServer((_request, response) =>
    response.writeHead(302, { location: `${target.url}/apps/location/myapp` }).end(),
  );
  await using client = new FluxClient({ baseUrls: [server.url] });
  await expect(client.locations('myapp')).rejects.toMatchObject({ code: 'http', status: 302 });
  expect(target.requests).toHaveLength(0);
});

test('a refused connection is a network error', async () => {
  const server = await loopbackServer(answering(success([])));
  await server[Symbol.asyncDispose]();
  await using client = new FluxClient({ baseUrls: [server.url] });
  await expect(client.locations('myapp')).rejects.toMatchObject({
    code: 'network',
    reason: expect.stringContaining('ECONNREFUSED'),
  });
});

test.each<[string, RequestListener]>([
  ['that never starts', () => undefined],
  ['that stops after its head', (_request, response) => response.writeHead(200).flushHeaders()],
  [
    'that drips for ever',
    (_request, response) => {
      const drip = setInterval(() => response.write(' '), 20);
      response.on('close', () => clearInterval(drip));
    },
  ],
])('an answer %s ends with the timeout', async (_title, listener) => {
  await using server = await loopbackServer(listener);
  await using client = new FluxClient({ baseUrls: [server.url], requestTimeoutMs: 200 });
  await expect(client.locations('myapp')).rejects.toMatchObject({
    code: 'timeout',
    reason: 'no answer within 200 ms',
  });
});

test('an answer without end is cut off at the limit, and the connection is closed', async () => {
  let sentBytes = 0;
  let closed = false;
  await using server = await loopbackServer((_request, response) => {
    const chunk = 'x'.repeat(16_384);
    const pour = () => {
      do sentBytes += chunk.length;
      while (response.write(chunk));
    };
    response.on('drain', pour).on('close', () => {
      closed = true;
    });
    pour();
  });
  await using client = new FluxClient({ baseUrls: [server.url], maxBodyBytes: 100_000 });
  await expect(client.locations('myapp')).rejects.toMatchObject({ code: 'too-large' });
  await vi.waitFor(() => expect(closed).toBe(true));
  // Beyond the limit there is only what the sockets' buffers hold.
  expect(sentBytes).toBeLessThan(50_000_000);
});
