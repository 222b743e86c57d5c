import { type Fault, takeFault } from './fault.ts';
import type { Fixture } from './fixture.ts';
import type { HostAddresses } from './host-addresses.ts';
import { type World, worldOf } from './world.ts';

const MAX_REQUESTS = 1000;

/** One call of the Flux API. */
export interface LoggedRequest {
  /** ISO 8601. */
  readonly time: string;
  readonly caller: string;
  readonly path: string;
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
  /** Notes a call and gives the fault that hits it; a fault with `remaining` wears off by that. */
  receive(caller: string, path: string): ActiveFault | null;
  requests(): readonly LoggedRequest[];
  reset(): void;
}

/** A store that starts with a fixture, and returns to it on reset. */
export function createStore(fixture: Fixture, hosts: HostAddresses, now: () => number): Store {
  let world = worldOf(fixture, now());
  let faults: readonly ActiveFault[] = [];
  let requests: readonly LoggedRequest[] = [];
  return {
    hosts,
    now,
    world: () => world,
    change: (change) => {
      world = change(world);
    },
    faults: () => faults,
    setFaults: (next) => {
      faults = next.map((fault) => ({ ...fault, setIn: world, setAtMs: now() }));
    },
    receive: (caller, path) => {
      const logged = { time: new Date(now()).toISOString(), caller, path };
      requests = [...requests, logged].slice(-MAX_REQUESTS);
      const { hit, left } = takeFault(faults, { caller, path });
      faults = left;
      return hit;
    },
    requests: () => requests,
    reset: () => {
      world = worldOf(fixture, now());
      faults = [];
      requests = [];
      hosts.forget();
    },
  };
}
