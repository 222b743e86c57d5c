import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { FluxClient, FluxDiscovery } from '@flux-pg/discovery';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { aConfig } from '../loop/view-builder.ts';
import { fluxCalls } from './flux-calls.ts';

const rest = {
  clock: { nowMs: () => 0, sleep: async () => undefined },
  random: () => 0,
  keep: async () => undefined,
  changed: () => undefined,
};
const { signal } = new AbortController();

let server: Server;
let client: FluxClient;
let answers: Record<string, unknown>;

beforeEach(async () => {
  answers = {};
  server = createServer((request, response) => {
    const data = answers[request.url ?? ''];
    const envelope =
      data === undefined
        ? { status: 'error', data: { message: 'nothing known' } }
        : { status: 'success', data };
    response.setHeader('content-type', 'application/json').end(JSON.stringify(envelope));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const url = `http://127.0.0.1:${port}`;
  client = new FluxClient({ baseUrls: [url], hostInfoBaseUrl: url, allowPrivateAddresses: true });
});

afterEach(async () => {
  await client.close();
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

function calls(environment: Record<string, string> = {}) {
  return fluxCalls(
    { client, discovery: new FluxDiscovery({ client, nodes: 0 }) },
    aConfig({ APP_NAME: 'shop', FLUX_API_URL: 'http://flux.internal', ...environment }),
    { agreed: () => [], renewal: () => null },
    rest,
  );
}

const rows = [
  { name: 'shop', hash: 'h', ip: '10.0.0.2:16137', runningSince: '2026-11-23T09:00:00.000Z' },
  { name: 'shop', hash: 'h', ip: '10.0.0.1' },
];

describe('a call', () => {
  it('gives the addresses of the app’s instances, who lists them, and since when they run where it is told', async () => {
    answers['/apps/location/shop'] = rows;
    expect(await calls().listing(signal)).toEqual({
      instances: [
        { address: '10.0.0.1', runningSinceMs: null },
        { address: '10.0.0.2', runningSinceMs: Date.parse('2026-11-23T09:00:00.000Z'), apiPort: 16_137 },
      ],
      sources: [{ name: client.baseUrls[0], addresses: ['10.0.0.1', '10.0.0.2'] }],
    });
  });

  it('gives the number of instances that were ordered', async () => {
    answers['/apps/appspecifications/shop'] = { version: 8, name: 'shop', instances: 5, compose: [] };
    expect(await calls().expectedNodes(signal)).toBe(5);
  });

  it('fails with the API, instead of giving something empty', async () => {
    await expect(calls().listing(signal)).rejects.toMatchObject({ code: 'envelope' });
    await expect(calls().expectedNodes(signal)).rejects.toMatchObject({ code: 'envelope' });
  });

  it('can be aborted', async () => {
    const aborted = AbortSignal.abort();
    await expect(calls().listing(aborted)).rejects.toMatchObject({ code: 'aborted' });
  });
});

describe('the own address', () => {
  it('is what the operator says', async () => {
    expect(await calls({ NODE_IP: '10.0.0.7' }).ownAddress(null, signal)).toEqual({
      address: '10.0.0.7',
      source: 'configured',
    });
  });

  it('is what the Flux node says, where the listing names no interface of this machine', async () => {
    answers['/hostinfo'] = { appName: 'shop', id: 'abc', ip: '10.0.0.8' };
    const listing = { instances: [{ address: '10.255.255.254', runningSinceMs: null }] };
    expect(await calls().ownAddress(listing, signal)).toEqual({ address: '10.0.0.8', source: 'host-info' });
  });

  it('is the interface of this machine that is listed', async () => {
    const listing = { instances: [{ address: '127.0.0.1', runningSinceMs: null }] };
    expect(await calls({ FLUX_NODE_HOST_IP: '10.0.0.9' }).ownAddress(listing, signal)).toMatchObject({
      address: expect.stringMatching(/^(127\.0\.0\.1|10\.0\.0\.9)$/),
    });
  });

  it('is what was injected when the container was made, where nobody else knows', async () => {
    expect(await calls({ FLUX_NODE_HOST_IP: '10.0.0.9' }).ownAddress(null, signal)).toEqual({
      address: '10.0.0.9',
      source: 'environment',
    });
  });

  it('is unknown with a private Flux that does not tell it: no public service is asked', async () => {
    expect(await calls().ownAddress(null, signal)).toBeNull();
  });
});
