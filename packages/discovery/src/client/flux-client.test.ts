import { Agent } from 'undici';
import { describe, expect, test } from 'vitest';
import { answering, loopbackServer } from '../../testing/loopback-server.ts';
import { aRow, success } from '../../testing/row-builder.ts';
import { FluxClient } from '../index.ts';

describe('FluxClient', () => {
  test('a listing says who answered and when', async () => {
    await using server = await loopbackServer(answering(success([aRow()]), { FLUXNODE: '8.8.4.9:16127' }));
    await using client = new FluxClient({ baseUrls: [`${server.url}/`], now: () => 42 });
    const { locations, ...origin } = await client.locations('myapp');
    expect(locations).toHaveLength(1);
    expect(origin).toEqual({
      rejected: [],
      source: server.url,
      answeredBy: '8.8.4.9:16127',
      receivedAtMs: 42,
    });
    expect(server.requests[0]?.url).toBe('/apps/location/myapp');
  });

  test('the specification and the host information are read from their own routes', async () => {
    await using server = await loopbackServer((request, response) => {
      const data = request.url?.startsWith('/apps/')
        ? { version: 8, name: 'myapp', instances: 5, compose: [] }
        : { appName: 'myapp', id: 'abc0', ip: '8.8.4.1', geo: { continent: 'EU' }, benchmark: {} };
      answering(success(data))(request, response);
    });
    await using client = new FluxClient({ baseUrls: [server.url], hostInfoBaseUrl: server.url });
    await expect(client.specification('myapp')).resolves.toMatchObject({ instances: 5, source: server.url });
    await expect(client.hostInfo()).resolves.toMatchObject({ id: 'abc0', address: { ip: '8.8.4.1' } });
    expect(server.requests.map(({ url }) => url)).toEqual(['/apps/appspecifications/myapp', '/hostinfo']);
  });

  test('private addresses in answers are taken only when allowed', async () => {
    await using server = await loopbackServer(answering(success([aRow({ ip: '10.1.0.1' })])));
    await using strict = new FluxClient({ baseUrls: [server.url] });
    await using lenient = new FluxClient({ baseUrls: [server.url], allowPrivateAddresses: true });
    await expect(strict.locations('myapp')).rejects.toMatchObject({ code: 'schema' });
    await expect(lenient.locations('myapp')).resolves.toMatchObject({
      locations: [{ address: { ip: '10.1.0.1' } }],
    });
  });

  test('the next base URL is asked when one gives no valid answer', async () => {
    await using broken = await loopbackServer(answering({ status: 'error', data: { message: 'busy' } }));
    await using good = await loopbackServer(answering(success([])));
    await using client = new FluxClient({ baseUrls: [broken.url, good.url] });
    await expect(client.locations('myapp')).resolves.toMatchObject({ locations: [], source: good.url });
  });

  test('all base URLs are asked once before any is asked again, and all failures are told', async () => {
    await using first = await loopbackServer((_request, response) => response.writeHead(502).end());
    await using second = await loopbackServer(
      answering({ status: 'error', data: { message: 'no such app' } }),
    );
    await using client = new FluxClient({ baseUrls: [first.url, second.url], attemptsPerUrl: 2 });
    const error = await client.locations('myapp').catch((caught: unknown) => caught);
    expect(error).toMatchObject({
      name: 'DiscoveryError',
      code: 'envelope',
      url: `${second.url}/apps/location/myapp`,
      message: `${second.url}/apps/location/myapp: Flux answers with an error: no such app (4 attempts failed)`,
      cause: {
        errors: [{ code: 'http', status: 502 }, { code: 'envelope' }, { code: 'http' }, { code: 'envelope' }],
      },
    });
  });

  test('credentials and queries of a base URL are never shown, and the credentials are sent', async () => {
    await using server = await loopbackServer((_request, response) => response.writeHead(401).end());
    const baseUrl = server.url.replace('http://', 'http://user:p%40ss@');
    await using client = new FluxClient({ baseUrls: [`${baseUrl}/api/?token=secret`] });
    const error = await client.locations('myapp').catch((caught: unknown) => caught);
    expect(error).toMatchObject({ code: 'http', status: 401, url: `${server.url}/api/apps/location/myapp` });
    expect(`${String(error)} ${JSON.stringify(error)}`).not.toMatch(/p@ss|p%40ss|secret/);
    expect(server.requests[0]?.headers.authorization).toBe(`Basic ${btoa('user:p@ss')}`);
  });

  test('the cache is passed over only on request', async () => {
    await using server = await loopbackServer(answering(success([])));
    for (const bypassCache of [false, true]) {
      await using client = new FluxClient({ baseUrls: [server.url], bypassCache, userAgent: 'test/1' });
      await client.locations('myapp');
    }
    expect(server.requests.map(({ headers }) => headers['x-apicache-bypass'])).toEqual([undefined, 'true']);
    expect(server.requests[0]?.headers['user-agent']).toBe('test/1');
  });

  test('the caller can end a call, and no further base URL is asked', async () => {
    const controller = new AbortController();
    await using silent = await loopbackServer(() => controller.abort());
    await using spare = await loopbackServer(answering(success([])));
    await using client = new FluxClient({ baseUrls: [silent.url, spare.url] });
    const call = client.locations('myapp', { signal: controller.signal });
    await expect(call).rejects.toMatchObject({ code: 'aborted', reason: 'aborted by the caller' });
    await expect(client.locations('myapp', { signal: controller.signal })).rejects.toMatchObject({
      code: 'aborted',
    });
    expect(spare.requests).toHaveLength(0);
  });

  test('a dispatcher that was given carries the requests and stays open', async () => {
    await using server = await loopbackServer(answering(success([])));
    const dispatcher = new Agent({ localAddress: '127.0.0.7' });
    const client = new FluxClient({ baseUrls: [server.url], dispatcher });
    await client.locations('myapp');
    await client.close();
    expect(server.requests[0]?.socket.remoteAddress).toBe('127.0.0.7');
    expect(dispatcher.closed).toBe(false);
    await dispatcher.destroy();
  });

  test.each([
    ['no base URL', { baseUrls: [] }],
    ['a base URL of another protocol', { baseUrls: ['ftp://user:secret@host'] }],
    ['a text that is no URL', { baseUrls: ['secret'] }],
    ['no time at all', { baseUrls: ['http://localhost'], requestTimeoutMs: 0 }],
  ])('options with %s are refused without repeating them', (_title, options) => {
    const construct = () => new FluxClient(options);
    expect(construct).toThrow(TypeError);
    expect(construct).not.toThrow(/secret/);
  });

  test.each(['', '.*', '..', 'a/b', 'a?b', 'a b'])('"%s" is no app name', async (app) => {
    await using server = await loopbackServer(answering(success([])));
    await using client = new FluxClient({ baseUrls: [server.url] });
    await expect(client.locations(app)).rejects.toThrow(TypeError);
    expect(server.requests).toHaveLength(0);
  });
});
