import { networkInterfaces } from 'node:os';
import {
  DEFAULT_API_PORT,
  type DiscoveredInstance,
  type Discovery,
  type FluxClient,
  type FluxDiscovery,
} from '@flux-pg/discovery';
import type { Config } from '../config.ts';
import type { Listing } from '../loop/view.ts';
import { findOwnAddress } from '../own-address/index.ts';
import type { FluxCalls } from './flux-readings.ts';
import { type WitnessDuty, witnessCalls } from './witness-calls.ts';

function listedBy(instances: readonly DiscoveredInstance[], source: string): readonly string[] {
  return instances.flatMap(({ address, listedBy: evidence }) =>
    evidence.some(({ name }) => name === source) ? [address.ip] : [],
  );
}

/** Whoever is listed by anybody is an instance. Throws where nobody answers, with the first source's reason. */
function listingFrom(found: Discovery): Listing {
  if (found.known) {
    return {
      instances: found.instances.map(({ address: { ip, apiPort }, location: { runningSince } }) => ({
        address: ip,
        runningSinceMs: runningSince?.getTime() ?? null,
        ...(apiPort === DEFAULT_API_PORT ? {} : { apiPort }),
      })),
      sources: found.sources.flatMap(({ name, outcome }) =>
        outcome === 'listed' ? [{ name, addresses: listedBy(found.instances, name) }] : [],
      ),
    };
  }
  if (found.why === 'empty') return { instances: [] };
  const [reason] = found.sources.flatMap((source) => (source.outcome === 'failed' ? [source.error] : []));
  throw reason ?? new Error('no source to ask');
}

/** Connects the readings with discovery, the Flux API client and with what this container knows of its own address. */
export function fluxCalls(
  { client, discovery }: { readonly client: FluxClient; readonly discovery: FluxDiscovery },
  config: Config,
  duty: WitnessDuty,
  rest: Pick<FluxCalls, 'clock' | 'random' | 'keep' | 'changed'>,
): FluxCalls {
  return {
    ...rest,
    ...witnessCalls(client, config, duty, rest.clock.nowMs),
    listing: async (signal) => listingFrom(await discovery.discover(config.appName, { signal })),
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
