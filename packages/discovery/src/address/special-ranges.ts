import { BlockList } from 'node:net';

/** `never`: no peer can be there. `private`: a peer can be there only on a network of one's own. */
type Restriction = 'never' | 'private';

type Subnet = readonly [network: string, prefix: number];

interface SpecialRange {
  readonly label: string;
  readonly restriction: Restriction;
  readonly subnets: readonly Subnet[];
  readonly list: BlockList;
}

/** What is special about an address. */
export interface SpecialUse {
  readonly label: string;
  readonly restriction: Restriction;
}

function listOf(subnets: readonly Subnet[]): BlockList {
  const list = new BlockList();
  for (const [network, prefix] of subnets) {
    list.addSubnet(network, prefix, network.includes(':') ? 'ipv6' : 'ipv4');
  }
  return list;
}

function special(label: string, restriction: Restriction, ...subnets: readonly Subnet[]): SpecialRange {
  return { label, restriction, subnets, list: listOf(subnets) };
}

/** The IANA special-purpose address registries (RFC 6890 and its updates), as far as they are not globally reachable. */
const specialRanges: readonly SpecialRange[] = [
  special('unspecified', 'never', ['0.0.0.0', 8], ['::', 128]),
  special('loopback', 'never', ['127.0.0.0', 8], ['::1', 128]),
  special('multicast', 'never', ['224.0.0.0', 4], ['ff00::', 8]),
  special('reserved', 'never', ['240.0.0.0', 4]),
  special('link-local', 'private', ['169.254.0.0', 16], ['fe80::', 10]),
  special('private', 'private', ['10.0.0.0', 8], ['172.16.0.0', 12], ['192.168.0.0', 16], ['fc00::', 7]),
  special('carrier-grade NAT', 'private', ['100.64.0.0', 10]),
  special(
    'documentation',
    'private',
    ['192.0.2.0', 24],
    ['198.51.100.0', 24],
    ['203.0.113.0', 24],
    ['2001:db8::', 32],
    ['3fff::', 20],
  ),
  special('benchmarking', 'private', ['198.18.0.0', 15]),
  special(
    'protocol assignment',
    'private',
    ['192.0.0.0', 24],
    ['192.88.99.0', 24],
    ['2001::', 23],
    ['2002::', 16],
  ),
];

/** Most addresses are in none of them: one look tells, instead of one for each. */
const anySpecial = listOf(specialRanges.flatMap(({ subnets }) => subnets));

/** The only part of the IPv6 space that has been given out for global unicast. */
const globalUnicast = listOf([['2000::', 3]]);

/** What is special about a canonical address, or null when it is an ordinary public one. */
export function specialUse(ip: string, family: 4 | 6): SpecialUse | null {
  const type = family === 4 ? 'ipv4' : 'ipv6';
  const found = anySpecial.check(ip, type)
    ? specialRanges.find(({ list }) => list.check(ip, type))
    : undefined;
  if (found !== undefined) return found;
  if (family === 6 && !globalUnicast.check(ip, type)) return { label: 'unassigned', restriction: 'private' };
  return null;
}
