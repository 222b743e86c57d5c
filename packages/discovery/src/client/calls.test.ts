import { Readable } from 'node:stream';
import { describe, expect, test } from 'vitest';
import { answering, loopbackServer } from '../../testing/loopback-server.ts';
import { aRow, success } from '../../testing/row-builder.ts';
import { FluxClient, type NodeAddress, PUBLIC_BASE_URLS, type Transport } from '../index.ts';

/** Lets a test serve any address from loopback, and notes who was meant. */
function redirected(url: string): { readonly dispatcher: Transport; readonly asked: string[] } {
  const asked: string[] = [];
  const dispatcher: Transport = {
    request: async ({ origin, path, headers, signal }) => {
      asked.push(`${origin}${path}`);
      const response = await fetch(`${url}${path}`, { headers, signal, redirect: 'manual' });
      return {
        statusCode: response.status,
        headers: Object.fromEntries(response.headers),
        body: Readable.from(response.body ?? []),
      };
    },
  };
  return { dispatcher, asked };
}

const node: NodeAddress = { ip: '8.8.4.1', apiPort: 16_137, family: 4 };

describe('a node', () => {
  test('is asked at its own address, with the client’s means', async () => {
    await using server = await loopbackServer((request, response) => {
      const data =
        request.url === '/flux/version' ? '8.17.0' : request.url === '/apps/listrunningapps' ? [] : [aRow()];
      answering(success(data))(request, response);
    });
    const { dispatcher, asked } = redirected(server.url);
    await using client = new FluxClient({ dispatcher });
    await expect(client.version(node)).resolves.toMatchObject({
      version: '8.17.0',
      source: 'http://8.8.4.1:16137',
    });
    await expect(client.runningApps('8.8.4.1')).resolves.toMatchObject({ components: [] });
    await expect(client.nodeClient(node).locations('myapp')).resolves.toMatchObject({ locations: [{}] });
    expect(`${client.nodeClient('8.8.4.1')}`).toBe('8.8.4.1:16127');
    expect(asked).toEqual([
      'http://8.8.4.1:16137/flux/version',
      'http://8.8.4.1:16127/apps/listrunningapps',
      'http://8.8.4.1:16137/apps/location/myapp',
    ]);
  });

  test('over IPv6 has brackets in its URL', async () => {
    await using server = await loopbackServer(answering(success('8.17.0')));
    const { dispatcher, asked } = redirected(server.url);
    await using client = new FluxClient({ dispatcher });
    await client.version('[2001:4860::1]:16137');
    expect(asked).toEqual(['http://[2001:4860::1]:16137/flux/version']);
  });

  test.each(['node.example', '10.0.0.1', '127.0.0.1', ''])('is not %j', (text) => {
    expect(() => new FluxClient().nodeClient(text)).toThrow(TypeError);
  });
});

describe('the node list', () => {
  test('may be larger than other answers', async () => {
    const rows = Array.from({ length: 20_000 }, (_, index) => ({
      txhash: index.toString(16).padStart(64, '0'),
      outidx: 0,
      ip: `20.${index >> 12}.${(index >> 4) & 255}.${1 + (index & 15)}`,
      tier: 'CUMULUS',
    }));
    await using server = await loopbackServer(answering(success(rows)));
    await using client = new FluxClient({ baseUrls: [server.url] });
    const { nodes } = await client.fluxNodes();
    expect(nodes).toHaveLength(20_000);
    expect(server.requests[0]?.url).toBe('/daemon/viewdeterministicfluxnodelist');
  });
});

describe('options', () => {
  test('need none: the public endpoints are asked', () => {
    expect(new FluxClient().baseUrls).toEqual(PUBLIC_BASE_URLS);
  });

  test('may bring a fetch, which gets every request', async () => {
    const asked: string[] = [];
    await using client = new FluxClient({
      fetch: async (url, { headers }) => {
        asked.push(`${url} ${headers['user-agent']}`);
        return Response.json(success([aRow()]), { headers: { fluxnode: 'n1' } });
      },
      userAgent: 'test/1',
    });
    await expect(client.locations('myapp')).resolves.toMatchObject({ answeredBy: 'n1', locations: [{}] });
    expect(asked).toEqual(['https://api.runonflux.io/apps/location/myapp test/1']);
  });

  test('may bring the global fetch, with its errors told as of any transport', async () => {
    const server = await loopbackServer(answering(success([])));
    await using client = new FluxClient({ baseUrls: [server.url], fetch });
    await expect(client.locations('myapp')).resolves.toMatchObject({ locations: [] });
    await expect(client.locations('myapp', { signal: AbortSignal.abort() })).rejects.toMatchObject({
      code: 'aborted',
    });
    await server[Symbol.asyncDispose]();
    await expect(client.locations('myapp')).rejects.toMatchObject({ code: 'network' });
  });

  test('bring either a fetch or a dispatcher', () => {
    const { dispatcher } = redirected('http://127.0.0.1:1');
    expect(() => new FluxClient({ fetch, dispatcher })).toThrow(TypeError);
  });
});

describe('further attempts', () => {
  test('wait longer and longer, and end with the budget', async () => {
    const askedAtMs: number[] = [];
    await using server = await loopbackServer((_request, response) => {
      askedAtMs.push(performance.now());
      response.writeHead(503).end();
    });
    const startedMs = performance.now();
    await using client = new FluxClient({
      baseUrls: [server.url],
      attemptsPerUrl: 50,
      retryDelayMs: 40,
      callBudgetMs: 400,
    });
    await expect(client.locations('myapp')).rejects.toMatchObject({
      code: 'http',
      cause: { errors: expect.any(Array) },
    });
    const tookMs = performance.now() - startedMs;
    expect(tookMs).toBeGreaterThan(300);
    expect(tookMs).toBeLessThan(2000);
    expect(askedAtMs.length).toBeGreaterThan(2);
    expect(askedAtMs.length).toBeLessThan(12);
  });

  test('are cut short by the caller', async () => {
    await using server = await loopbackServer((_request, response) => response.writeHead(503).end());
    await using client = new FluxClient({ baseUrls: [server.url], attemptsPerUrl: 5, retryDelayMs: 20_000 });
    const startedMs = performance.now();
    await expect(client.locations('myapp', { signal: AbortSignal.timeout(100) })).rejects.toMatchObject({
      code: 'aborted',
    });
    expect(performance.now() - startedMs).toBeLessThan(5000);
  });

  test('have no more time than the budget leaves', async () => {
    await using server = await loopbackServer(() => undefined);
    await using client = new FluxClient({ baseUrls: [server.url, server.url], callBudgetMs: 200 });
    await expect(client.locations('myapp')).rejects.toMatchObject({ code: 'timeout' });
    expect(server.requests).toHaveLength(1);
  });
});
