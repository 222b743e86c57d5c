import {
  type FluxCalls,
  type Listing,
  type NodeState,
  type View,
  witnessDuty,
  witnessRenewal,
} from '@flux-pg/node-agent/loop';
import { type CachedListing, persist, requireRoom } from '../disk/volume.ts';
import type { Container } from '../node/container.ts';
import type { Life } from '../node/life.ts';
import type { World } from '../world/world.ts';
import { type Row, witnessAddress } from './flux-world.ts';

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
  world.fluxRequests.count += asked.length;
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

/** What the calls know of the agent that makes them. */
export interface Caller {
  readonly container: Container;
  readonly life: Life;
  readonly lastView: () => View | null;
  readonly changed: () => void;
}

type WitnessCalls = Pick<FluxCalls, 'witnesses' | 'witnessTotal' | 'renewWitnesses'>;

/** A call that takes its time and is answered only to an agent that lives. */
type Call = <T>(answer: () => T) => Promise<T>;

/** Everybody has known them from the start; a private Flux is one database, which stands for all. */
function knownWitnesses(world: World, { container }: Caller, call: Call): WitnessCalls {
  const { flux } = world;
  const sole = flux.witnessCount === 1;
  const sources = Array.from({ length: flux.witnessCount }, (_, index) => index + 1);
  return {
    witnesses: async (latest) => {
      if (!sole) return call(() => answersOf(world, container.key, sources));
      const answered = latest.ok && latest.value.instances.length > 0;
      const addresses = answered ? latest.value.instances.map(({ address }) => address) : [];
      return {
        total: 1,
        answers: answered ? [{ witness: 'private API', addresses, atMs: latest.seenAtMs }] : [],
      };
    },
    witnessTotal: () => flux.witnessCount,
    renewWitnesses: async () => null,
  };
}

/** The agent's own way to agree on them: chosen from the node list, told by etcd, known by the mirror. */
function agreedWitnesses(world: World, caller: Caller, call: Call): WitnessCalls {
  const { flux, scheduler } = world;
  const { key, volume } = caller.container;
  const state = (): NodeState => {
    if (volume.content.state === null) throw new Error('the volume has not been opened');
    return volume.content.state;
  };
  const duty = witnessDuty({ mirror: () => volume.content.mirror, state }, caller.lastView);
  const lister = { fluxNodes: () => call(() => ({ nodes: flux.nodeList(key) })) };
  const all = Array.from({ length: flux.witnessCount }, (_, index) => index + 1);
  return {
    witnesses: async () => {
      const agreed = duty.agreed();
      const sources = all.filter((source) => agreed.includes(witnessAddress(source)));
      return call(() => ({ ...answersOf(world, key, sources), total: agreed.length }));
    },
    witnessTotal: () => duty.agreed().length,
    renewWitnesses: witnessRenewal(lister, duty, scheduler.nowMs),
  };
}

/** The agent's calls to the Flux API, answered by the modelled databases. */
export function fluxCallsOf(world: World, caller: Caller): FluxCalls {
  const { scheduler, flux, network } = world;
  const { container, life, changed } = caller;
  const { key, volume } = container;
  const call: Call = (answer) => life.read(scheduler.sleep(CALL_MS).then(answer));
  return {
    ...(flux.agreed ? agreedWitnesses : knownWitnesses)(world, caller, call),
    clock: {
      nowMs: scheduler.nowMs,
      sleep: (ms, signal) => life.read(scheduler.sleep(ms, signal)),
    },
    random: world.random.next,
    listing: () => call(() => listingFor(world, key)),
    expectedNodes: () => {
      world.fluxRequests.count += 1;
      return call(() => flux.specification(key));
    },
    ownAddress: async () => {
      const address = network.addressOf(key);
      return address === null ? null : { address, source: 'host-info' };
    },
    keep: async (listing, expectedNodes) => {
      requireRoom(volume);
      const cached: CachedListing = { instances: listing.instances, expectedNodes };
      persist(volume, { listing: cached });
    },
    changed: () => {
      if (life.isAlive()) changed();
    },
  };
}

function answersOf(world: World, caller: string, sources: readonly number[]) {
  const { flux, scheduler } = world;
  world.fluxRequests.count += sources.length;
  const answers = sources.flatMap((source) => {
    try {
      const addresses = flux.answer(source, caller).map(({ address }) => address);
      if (addresses.length === 0) return [];
      return [{ witness: witnessAddress(source), addresses, atMs: scheduler.nowMs() }];
    } catch {
      return [];
    }
  });
  return { total: sources.length, answers };
}
