import { isIP } from 'node:net';

/**
 * What addresses may be accepted, written down a second time and in another way than the library does it (numbers instead
 * of block lists), so that a mistake in one of the two shows.
 */
type Range = readonly [network: bigint, prefix: number];

const neverIpv4: readonly Range[] = [
  [0x00000000n, 8],
  [0x7f000000n, 8],
  [0xe0000000n, 4],
  [0xf0000000n, 4],
];
const privateIpv4: readonly Range[] = [
  [0x0a000000n, 8],
  [0x64400000n, 10],
  [0xa9fe0000n, 16],
  [0xac100000n, 12],
  [0xc0000000n, 24],
  [0xc0000200n, 24],
  [0xc0586300n, 24],
  [0xc0a80000n, 16],
  [0xc6120000n, 15],
  [0xc6336400n, 24],
  [0xcb007100n, 24],
];
const ipv6 = (firstGroups: bigint) => firstGroups << 96n;
const neverIpv6: readonly Range[] = [
  [0n, 128],
  [1n, 128],
  [ipv6(0xff000000n), 8],
];
/** All that is globally reachable lies in 2000::/3; these parts of it are set aside. */
const privateIpv6: readonly Range[] = [
  [ipv6(0x20010000n), 23],
  [ipv6(0x20010db8n), 32],
  [ipv6(0x20020000n), 16],
  [ipv6(0x3fff0000n), 20],
];
const globalUnicast: Range = [ipv6(0x20000000n), 3];

function isIn(value: bigint, bits: 32 | 128, [network, prefix]: Range): boolean {
  const shift = BigInt(bits - prefix);
  return value >> shift === network >> shift;
}

function ipv6Value(ip: string): bigint {
  const [head = '', tail] = ip.split('::');
  const left = head === '' ? [] : head.split(':');
  const right = tail === undefined || tail === '' ? [] : tail.split(':');
  const middle = Array.from({ length: 8 - left.length - right.length }, () => '0');
  return [...left, ...middle, ...right].reduce((sum, group) => (sum << 16n) | BigInt(`0x${group}`), 0n);
}

/** As RFC 5952 has it: lower case, no leading zeros, the first longest run of zeros as `::`. */
function ipv6Text(value: bigint): string {
  const groups = Array.from({ length: 8 }, (_, index) => (value >> BigInt(112 - 16 * index)) & 0xffffn);
  const full = groups.map((group) => group.toString(16)).join(':');
  const runs = [...full.matchAll(/\b0(?::0)+\b/g)];
  const longest = runs.reduce((best, { 0: run }) => (run.length > best.length ? run : best), '');
  if (longest === '') return full;
  const at = full.indexOf(longest, runs.find(({ 0: run }) => run === longest)?.index ?? 0);
  const head = full.slice(0, at).replace(/:$/, '');
  return `${head}::${full.slice(at + longest.length).replace(/^:/, '')}`;
}

/** The number that an address is; IPv6 ones are all larger than IPv4 ones, as in the order of a listing. */
export function addressValue(ip: string): bigint {
  if (ip.includes(':')) return (1n << 128n) | ipv6Value(ip);
  return ip.split('.').reduce((sum, octet) => sum * 256n + BigInt(octet), 0n);
}

function specialUse(ip: string, family: 4 | 6): 'never' | 'private' | null {
  if (family === 4) {
    const value = addressValue(ip);
    if (neverIpv4.some((range) => isIn(value, 32, range))) return 'never';
    return privateIpv4.some((range) => isIn(value, 32, range)) ? 'private' : null;
  }
  const value = ipv6Value(ip);
  if (neverIpv6.some((range) => isIn(value, 128, range))) return 'never';
  if (!isIn(value, 128, globalUnicast)) return 'private';
  return privateIpv6.some((range) => isIn(value, 128, range)) ? 'private' : null;
}

/** What is wrong with an address that was accepted; nothing for a good one. */
export function addressFaults(address: unknown, allowPrivateAddresses: boolean): readonly string[] {
  if (typeof address !== 'object' || address === null) return ['no address'];
  if (Object.keys(address).sort().join() !== 'apiPort,family,ip') return ['an address of other fields'];
  const { ip, apiPort, family } = address as Readonly<Record<string, unknown>>;
  if (typeof ip !== 'string' || isIP(ip) === 0) return [`no IP address: ${String(ip)}`];
  const faults: string[] = [];
  if (isIP(ip) !== family) faults.push(`${ip} is not of family ${String(family)}`);
  if (!Number.isInteger(apiPort) || Number(apiPort) < 1 || Number(apiPort) > 65_535) {
    faults.push(`no port: ${String(apiPort)}`);
  }
  const isIpv6 = ip.includes(':');
  if (isIpv6 && isIn(ipv6Value(ip), 128, [0xffff_0000_0000n, 96])) faults.push(`${ip} is a mapped one`);
  else if (isIpv6 && ip !== ipv6Text(ipv6Value(ip))) faults.push(`${ip} is not its one spelling`);
  const use = specialUse(ip, isIpv6 ? 6 : 4);
  if (use === 'never' || (use === 'private' && !allowPrivateAddresses)) faults.push(`${ip} is not public`);
  return faults;
}
