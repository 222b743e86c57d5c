import { canonicalIp } from '@flux-pg/discovery';

/** Where an own address can be learnt, in the order of trust. */
export type AddressSource =
  /** `NODE_IP`: the operator says so. */
  | 'configured'
  /** The one address of a local interface that the listing contains. */
  | 'interface'
  /** The Flux node that this container runs on. */
  | 'host-info'
  /** `FLUX_NODE_HOST_IP`: set when the container was created, and not renewed when the address changes. */
  | 'environment'
  /** Public services that tell a caller's address. */
  | 'echo';

/** What the sources said; null or empty where one said nothing or was not asked. */
export interface AddressClues {
  readonly configured: string | null;
  readonly interfaces: readonly string[];
  /** The addresses of the listing; null while none is known. */
  readonly listing: readonly string[] | null;
  readonly hostInfo: string | null;
  readonly environment: string | null;
  readonly echoed: readonly string[];
}

/** The own address in its canonical spelling, and who said so; or why no source gave one. */
export type OwnAddress =
  | { readonly address: string; readonly source: AddressSource }
  | { readonly missing: true; readonly tried: Readonly<Record<AddressSource, string>> };

/** Chooses by the order of the sources. Whether the listing contains the result is for the caller to look at. */
export function chooseOwnAddress(clues: AddressClues): OwnAddress {
  const found: Record<AddressSource, Clue> = {
    configured: single(clues.configured),
    interface: listedInterface(clues),
    'host-info': single(clues.hostInfo),
    environment: single(clues.environment),
    echo: mostSaid(clues.echoed),
  };
  for (const source of sources) {
    const { address } = found[source];
    if (address !== null) return { address, source };
  }
  return {
    missing: true,
    tried: {
      configured: found.configured.why,
      interface: found.interface.why,
      'host-info': found['host-info'].why,
      environment: found.environment.why,
      echo: found.echo.why,
    },
  };
}

const sources: readonly AddressSource[] = ['configured', 'interface', 'host-info', 'environment', 'echo'];

interface Clue {
  readonly address: string | null;
  /** Said when there is no address. */
  readonly why: string;
}

/** No node can be reached by others at these: unspecified, loopback, link-local and multicast addresses. */
const unreachable = /^(0\.|127\.|169\.254\.|2(2[4-9]|[3-5]\d)\.|::1?$|fe[89ab]|ff)/;

function usable(text: string): string | null {
  const address = canonicalIp(text.trim());
  return address === null || unreachable.test(address) ? null : address;
}

function single(text: string | null): Clue {
  if (text === null) return { address: null, why: 'says nothing' };
  const address = usable(text);
  return { address, why: 'says something that is no usable address' };
}

/** More than one match would be a guess: two interfaces can carry the addresses of two instances only by mistake. */
function listedInterface({ interfaces, listing }: AddressClues): Clue {
  if (listing === null) return { address: null, why: 'no listing is known' };
  const listed = new Set(listing.map(usable));
  const matches = new Set(
    interfaces.map(usable).filter((address) => address !== null && listed.has(address)),
  );
  const [match] = matches;
  if (match === undefined || matches.size === 0)
    return { address: null, why: 'the listing contains no local address' };
  if (matches.size > 1) return { address: null, why: 'the listing contains several local addresses' };
  return { address: match, why: '' };
}

/** One service may be wrong or answer with an error page; among equals the first one counts. */
function mostSaid(answers: readonly string[]): Clue {
  const votes = new Map<string, number>();
  for (const answer of answers) {
    const address = usable(answer);
    if (address !== null) votes.set(address, (votes.get(address) ?? 0) + 1);
  }
  const [winner] = [...votes].sort(([, left], [, right]) => right - left);
  if (winner !== undefined) return { address: winner[0], why: '' };
  return {
    address: null,
    why: answers.length === 0 ? 'says nothing' : 'says something that is no usable address',
  };
}
