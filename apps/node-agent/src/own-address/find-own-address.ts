import { type AddressClues, chooseOwnAddress, type OwnAddress } from './choose-own-address.ts';
import { askEchoServices, ECHO_SERVICES } from './echo-services.ts';

/** The sources, each to be asked only when those before it gave nothing. */
export interface AddressPorts {
  /** `NODE_IP`. */
  readonly configured: string | null;
  /** `FLUX_NODE_HOST_IP`. */
  readonly environment: string | null;
  /** Addresses of the local interfaces, of all families. */
  readonly interfaces: () => readonly string[];
  /** Addresses of the listing; null or none while none is known. */
  readonly listing: readonly string[] | null;
  /** The address in Flux's host-info; may throw. */
  readonly hostInfo: () => Promise<string | null>;
  /** False with a private Flux API: public services would tell an address that nobody there knows. */
  readonly allowEcho: boolean;
  /** By default three public services, with 5 s to answer. Must not throw. */
  readonly echo?: (signal?: AbortSignal) => Promise<readonly string[]>;
  readonly signal?: AbortSignal;
}

const ECHO_TIMEOUT_MS = 5000;

/** Finds the own address. Never throws: a source that fails says nothing. */
export async function findOwnAddress(ports: AddressPorts): Promise<OwnAddress> {
  const listing = ports.listing === null || ports.listing.length === 0 ? null : ports.listing;
  let clues: AddressClues = {
    configured: ports.configured,
    interfaces: [],
    listing,
    hostInfo: null,
    environment: null,
    echoed: [],
  };
  const steps: readonly (() => Promise<Partial<AddressClues>>)[] = [
    async () => ({ interfaces: listing === null ? [] : ports.interfaces() }),
    async () => ({ hostInfo: await ports.hostInfo().catch(() => null) }),
    async () => ({ environment: ports.environment }),
    async () => ({ echoed: ports.allowEcho ? await echo(ports) : [] }),
  ];
  let chosen = chooseOwnAddress(clues);
  for (const step of steps) {
    if ('address' in chosen) return chosen;
    clues = { ...clues, ...(await step()) };
    chosen = chooseOwnAddress(clues);
  }
  return chosen;
}

function echo({ echo: ask, signal }: AddressPorts): Promise<readonly string[]> {
  if (ask !== undefined) return ask(signal);
  const options = { services: ECHO_SERVICES, timeoutMs: ECHO_TIMEOUT_MS };
  return askEchoServices(signal === undefined ? options : { ...options, signal });
}
