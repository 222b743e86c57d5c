import { networkInterfaces } from 'node:os';
import { type FluxClient, PUBLIC_BASE_URLS } from '@flux-pg/discovery';
import type { Config } from '../config.ts';
import type { Listing } from '../loop/view.ts';
import { findOwnAddress } from '../own-address/index.ts';
import type { FluxCalls } from './flux-readings.ts';

/** The base URLs that are asked: a private Flux alone, or the public endpoints. */
export function fluxBaseUrls(config: Pick<Config, 'fluxApiUrl'>): readonly string[] {
  return config.fluxApiUrl === null ? PUBLIC_BASE_URLS : [config.fluxApiUrl];
}

async function listing(client: FluxClient, appName: string, signal: AbortSignal): Promise<Listing> {
  const { locations } = await client.locations(appName, { signal });
  return {
    instances: locations.map(({ address, runningSince }) => ({
      address: address.ip,
      runningSinceMs: runningSince?.getTime() ?? null,
    })),
  };
}

/** Connects the readings with the Flux API client and with what this container knows of its own address. */
export function fluxCalls(
  client: FluxClient,
  config: Config,
  rest: Pick<FluxCalls, 'nowMs' | 'random' | 'keep' | 'changed'>,
): FluxCalls {
  return {
    ...rest,
    listing: (signal) => listing(client, config.appName, signal),
    expectedNodes: async (signal) => (await client.specification(config.appName, { signal })).instances,
    ownAddress: async (current, signal) => {
      const found = await findOwnAddress({
        configured: config.nodeIp,
        environment: config.fluxNodeHostIp,
        interfaces: () =>
          Object.values(networkInterfaces()).flatMap(
            (addresses) => addresses?.map(({ address }) => address) ?? [],
          ),
        listing: current?.instances.map(({ address }) => address) ?? [],
        hostInfo: async () => (await client.hostInfo({ signal })).address.ip,
        allowEcho: config.fluxApiUrl === null,
        signal,
      });
      return 'address' in found ? found : null;
    },
  };
}
