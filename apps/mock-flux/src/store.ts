import { type AnswerCache, createAnswerCache } from './answer-cache.ts';
import { type Fault, takeFault } from './fault.ts';
import type { Fixture } from './fixture.ts';
import type { HostAddresses } from './host-addresses.ts';
import type { MockNode } from './node.ts';
import { type World, worldOf } from './world.ts';

const MAX_REQUESTS = 1000;
/** Worlds of the past that lagging databases can show. */
const MAX_WORLDS = 1000;

/** One call of the Flux API. */
export interface LoggedRequest {
  /** ISO 8601. */
  readonly time: string;
  readonly caller: string;
  readonly path: string;
  /** The node that answered; absent where the mock has none. */
  readonly node?: string;
}

/** A fault with the world and the time it was set in, which a stale answer shows. */
export type ActiveFault = Fault & { readonly setIn: World; readonly setAtMs: number };

/** Everything that changes while a mock runs. */
export interface Store {
  readonly hosts: HostAddresses;
  readonly now: () => number;
  world(): World;
  change(change: (world: World) => World): void;
  faults(): readonly ActiveFault[];
  setFaults(faults: readonly Fault[]): void;
  /** The world as it was at a time; the oldest that is known where that is too long ago. */
  worldAt(timeMs: number): World;
  nodes(): readonly MockNode[];
  setNodes(nodes: readonly MockNode[]): void;
  /** The node whose turn it is behind the public endpoint; null where there is none. */
  nextPublicNode(): MockNode | null;
  readonly cache: AnswerCache;
  /** Notes a call and gives the fault that hits it; a fault with `remaining` wears off by that. */
  receive(caller: string, path: string, node: string | null): ActiveFault | null;
  requests(): readonly LoggedRequest[];
  reset(): void;
}

/** A store that starts with a fixture, and returns to it on reset. */
export function createStore(fixture: Fixture, hosts: HostAddresses, now: () => number): Store {
  let world = worldOf(fixture, now());
  let past: readonly { readonly world: World; readonly sinceMs: number }[] = [{ world, sinceMs: now() }];
  let nodes: readonly MockNode[] = fixture.nodes;
  let turn = 0;
  const cache = createAnswerCache(now);
  let faults: readonly ActiveFault[] = [];
  let requests: readonly LoggedRequest[] = [];
  return {
    hosts,
    now,
    world: () => world,
    change: (change) => {
      world = change(world);
      past = [...past, { world, sinceMs: now() }].slice(-MAX_WORLDS);
    },
    worldAt: (timeMs) => (past.findLast(({ sinceMs }) => sinceMs <= timeMs) ?? past[0])?.world ?? world,
    nodes: () => nodes,
    setNodes: (next) => {
      nodes = next;
    },
    nextPublicNode: () => {
      const asked = nodes.filter((node) => node.public);
      turn += 1;
      return asked[turn % Math.max(1, asked.length)] ?? null;
    },
    cache,
    faults: () => faults,
    setFaults: (next) => {
      faults = next.map((fault) => ({ ...fault, setIn: world, setAtMs: now() }));
    },
    receive: (caller, path, node) => {
      const logged = {
        time: new Date(now()).toISOString(),
        caller,
        path,
        ...(node === null ? {} : { node }),
      };
      requests = [...requests, logged].slice(-MAX_REQUESTS);
      const { hit, left } = takeFault(faults, { caller, path, node });
      faults = left;
      return hit;
    },
    requests: () => requests,
    reset: () => {
      world = worldOf(fixture, now());
      past = [{ world, sinceMs: now() }];
      nodes = fixture.nodes;
      cache.forget();
      faults = [];
      requests = [];
      hosts.forget();
    },
  };
}
