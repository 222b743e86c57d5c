import { Readable } from 'node:stream';
import { PUBLIC_BASE_URLS, type Transport } from '@flux-pg/discovery';
import { describe, expect, it } from 'vitest';
import { aConfig } from '../loop/view-builder.ts';
import { fluxCalls } from './flux-calls.ts';
import { openFlux } from './open-flux.ts';

const rest = {
  clock: { nowMs: () => 0, sleep: async () => undefined },
  random: () => 0,
  keep: async () => undefined,
  changed: () => undefined,
};
const config = aConfig({ APP_NAME: 'shop' });
const duty = { agreed: () => [], renewal: () => null };
const { signal } = new AbortController();

/** A network in which hosts list what a test says, and all others refuse. */
function aNetwork(listings: Readonly<Record<string, readonly string[]>>) {
  const asked: string[] = [];
  const transport: Transport = {
    request: async ({ origin }) => {
      const { host } = new URL(origin);
      asked.push(host);
      const ips = listings[host];
      if (ips === undefined) throw Object.assign(new Error('refused'), { code: 'ECONNREFUSED' });
      const data = ips.map((ip) => ({ name: 'shop', hash: 'h', ip }));
      const body = Readable.from([Buffer.from(JSON.stringify({ status: 'success', data }))]);
      return { statusCode: 200, headers: {}, body };
    },
  };
  return { transport, asked };
}

const [publicApi = '', otherApi = ''] = PUBLIC_BASE_URLS.map((url) => new URL(url).host);
const cached = {
  instances: [
    { address: '8.8.4.1', runningSinceMs: null },
    { address: '8.8.4.2', runningSinceMs: null, apiPort: 16_137 },
  ],
  expectedNodes: 3,
};

describe('the agent’s discovery', () => {
  it('A5: goes on with the listed nodes while the public API is down, from the cached listing at a start', async () => {
    const network = aNetwork({ '8.8.4.2:16137': ['8.8.4.1', '8.8.4.2:16137', '8.8.4.3'] });
    const calls = fluxCalls(openFlux({ fluxApiUrl: null }, cached, network.transport), config, duty, rest);
    const { instances } = await calls.listing(signal);
    expect(instances).toEqual([
      { address: '8.8.4.1', runningSinceMs: null },
      { address: '8.8.4.2', runningSinceMs: null, apiPort: 16_137 },
      { address: '8.8.4.3', runningSinceMs: null },
    ]);
    expect(network.asked).toEqual(expect.arrayContaining([publicApi, otherApi, '8.8.4.1:16127']));
  });

  it('knows an instance that any of the asked lists, so that one incomplete database hides nobody', async () => {
    const network = aNetwork({ [publicApi]: ['8.8.4.1'], '8.8.4.1:16127': ['8.8.4.1', '8.8.4.2'] });
    const calls = fluxCalls(openFlux({ fluxApiUrl: null }, null, network.transport), config, duty, rest);
    const { instances } = await calls.listing(signal);
    expect(instances.map(({ address }) => address)).toEqual(['8.8.4.1', '8.8.4.2']);
  });

  it('asks a private Flux alone, and takes private addresses from it alone', async () => {
    const own = aNetwork({ 'flux.internal': ['10.0.0.1', '10.0.0.2'] });
    const privately = openFlux({ fluxApiUrl: 'http://flux.internal' }, cached, own.transport);
    const { instances } = await fluxCalls(privately, config, duty, rest).listing(signal);
    expect(instances).toHaveLength(2);
    expect(own.asked).toEqual(['flux.internal']);
    const open = aNetwork({ [publicApi]: ['10.0.0.1'], [otherApi]: ['10.0.0.1'] });
    const publicly = fluxCalls(openFlux({ fluxApiUrl: null }, null, open.transport), config, duty, rest);
    await expect(publicly.listing(signal)).rejects.toMatchObject({ code: 'schema' });
  });

  it('tells an empty answer from none, and never takes it for more than that', async () => {
    const network = aNetwork({ 'flux.internal': [] });
    const calls = fluxCalls(
      openFlux({ fluxApiUrl: 'http://flux.internal' }, null, network.transport),
      config,
      duty,
      rest,
    );
    expect(await calls.listing(signal)).toEqual({ instances: [] });
  });
});
