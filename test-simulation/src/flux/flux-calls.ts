import type { FluxCalls, Listing } from '@flux-pg/node-agent/loop';
import { type CachedListing, persist } from '../disk/volume.ts';
import type { Container } from '../node/container.ts';
import type { Life } from '../node/life.ts';
import type { World } from '../world/world.ts';
import type { Row } from './flux-world.ts';

/** A call over the internet to a database of Flux. */
const CALL_MS = 80;
/** The public API, and the same API on two nodes. A private Flux is one database. */
const LISTING_SOURCES = [0, 1, 2] as const;

/** Whoever is listed by anybody is an instance; fails with the first source's error where none answers. */
function listingFor(world: World, caller: string): Listing {
  const { flux } = world;
  const asked = flux.witnessCount === 1 ? LISTING_SOURCES.slice(0, 1) : LISTING_SOURCES;
  const instances = new Map<string, Row>();
  const sources: { name: string; addresses: readonly string[] }[] = [];
  let failure: unknown = null;
  for (const source of asked) {
    try {
      const rows = flux.answer(source, caller);
      for (const row of rows) instances.set(row.address, row);
      if (rows.length > 0)
        sources.push({ name: `source ${source}`, addresses: rows.map(({ address }) => address) });
    } catch (error) {
      failure ??= error;
    }
  }
  if (instances.size === 0 && failure !== null) throw failure;
  return { instances: [...instances.values()], sources };
}

/** The agent's calls to the Flux API, answered by the modelled databases. */
export function fluxCallsOf(world: World, container: Container, life: Life, changed: () => void): FluxCalls {
  const { scheduler, flux, network } = world;
  const { key, volume } = container;
  const call = <T>(answer: () => T): Promise<T> => life.read(scheduler.sleep(CALL_MS).then(answer));
  const sole = flux.witnessCount === 1;
  return {
    clock: {
      nowMs: scheduler.nowMs,
      sleep: (ms, signal) => life.read(scheduler.sleep(ms, signal)),
    },
    random: world.random.next,
    listing: () => call(() => listingFor(world, key)),
    expectedNodes: () => call(() => flux.expectedNodes()),
    ownAddress: async () => {
      const address = network.addressOf(key);
      return address === null ? null : { address, source: 'host-info' };
    },
    witnesses: async (latest) => {
      if (sole) {
        const answered = latest.ok && latest.value.instances.length > 0;
        const addresses = answered ? latest.value.instances.map(({ address }) => address) : [];
        return {
          total: 1,
          answers: answered ? [{ witness: 'private API', addresses, atMs: latest.seenAtMs }] : [],
        };
      }
      return call(() => witnessesFor(world, key));
    },
    witnessTotal: () => flux.witnessCount,
    renewWitnesses: async () => null,
    keep: (listing, expectedNodes) => {
      const cached: CachedListing = { instances: listing.instances, expectedNodes };
      persist(volume, { listing: cached });
      return Promise.resolve();
    },
    changed: () => {
      if (life.isAlive()) changed();
    },
  };
}

function witnessesFor(world: World, caller: string) {
  const { flux, scheduler } = world;
  const sources = Array.from({ length: flux.witnessCount }, (_, index) => index + 1);
  const answers = sources.flatMap((source) => {
    try {
      const addresses = flux.answer(source, caller).map(({ address }) => address);
      if (addresses.length === 0) return [];
      return [{ witness: `10.9.0.${source}:16127`, addresses, atMs: scheduler.nowMs() }];
    } catch {
      return [];
    }
  });
  return { total: flux.witnessCount, answers };
}
