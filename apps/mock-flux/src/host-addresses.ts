import { lookup as systemLookup } from 'node:dns/promises';
import { setTimeout as sleep } from 'node:timers/promises';

/** Resolves one host name; throws when there is no address. */
export type Lookup = (host: string) => Promise<string>;

/** How long an answer waits for DNS before it falls back on what was known. */
const LOOKUP_WAIT_MS = 500;

/** The addresses of hosts, kept when a name stops resolving: a crashed node stays listed on Flux. */
export interface HostAddresses {
  /** Looks the hosts up again and gives every address known by then. */
  resolve(hosts: readonly string[]): Promise<ReadonlyMap<string, string>>;
  known(): ReadonlyMap<string, string>;
  forget(): void;
}

/** Asks the operating system, which knows Docker's names and /etc/hosts. */
export const lookupIpv4: Lookup = async (host) => (await systemLookup(host, { family: 4 })).address;

/** At most one lookup per host is under way, since a name that has vanished can take seconds to fail. */
export function createHostAddresses(lookup: Lookup): HostAddresses {
  const addresses = new Map<string, string>();
  const underWay = new Map<string, Promise<void>>();

  async function lookUp(host: string): Promise<void> {
    try {
      addresses.set(host, await lookup(host));
    } catch {
      // The last address stays.
    } finally {
      underWay.delete(host);
    }
  }

  function refreshed(host: string): Promise<void> {
    const running = underWay.get(host) ?? lookUp(host);
    underWay.set(host, running);
    return running;
  }

  return {
    async resolve(hosts) {
      const patience = new AbortController();
      const wait = sleep(LOOKUP_WAIT_MS, undefined, { ref: false, signal: patience.signal }).catch(
        () => undefined,
      );
      await Promise.race([Promise.all(hosts.map(refreshed)), wait]);
      patience.abort();
      return new Map(addresses);
    },
    known: () => new Map(addresses),
    forget: () => addresses.clear(),
  };
}
