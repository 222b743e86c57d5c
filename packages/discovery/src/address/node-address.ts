import { addressSortKey, canonicalIp } from './canonical-ip.ts';
import { specialUse } from './special-ranges.ts';

/** The port of a Flux node's own API where a listing names none (RunOnFlux/flux, `socketAddressUtils.js`). */
export const DEFAULT_API_PORT = 16_127;

/** Longer than the longest bracketed IPv6 address with a port. */
const MAX_TEXT_LENGTH = 64;

/** Where a Flux node is reached. The port is that of the node's own API, never that of an app. */
export interface NodeAddress {
  /** In canonical spelling, so that equal addresses are equal texts. */
  readonly ip: string;
  /** From 1 to 65535; {@link DEFAULT_API_PORT} where the text named none. */
  readonly apiPort: number;
  /** Of the Internet Protocol. */
  readonly family: 4 | 6;
}

/** An address, or why the text is none that can be used. */
export type ParsedNodeAddress =
  | { readonly ok: true; readonly address: NodeAddress }
  | { readonly ok: false; readonly reason: string };

/** How strict the parser is. */
export interface NodeAddressOptions {
  /**
   * Accept addresses that are not reachable from the public internet: private, link-local, documentation, carrier-grade
   * NAT. Loopback, multicast, reserved and unspecified ones stay refused. Default false.
   */
  readonly allowPrivateAddresses?: boolean;
}

function splitPort(text: string): { readonly host: string; readonly port: string | undefined } {
  const bracketed = /^\[([^\]]*:[^\]]*)\](?::(.*))?$/.exec(text);
  if (bracketed !== null) return { host: bracketed[1] ?? '', port: bracketed[2] };
  const colon = text.indexOf(':');
  // With two colons it is an IPv6 address without brackets, which cannot carry a port.
  if (colon === -1 || colon !== text.lastIndexOf(':')) return { host: text, port: undefined };
  return { host: text.slice(0, colon), port: text.slice(colon + 1) };
}

function parsePort(text: string | undefined): number | null {
  if (text === undefined) return DEFAULT_API_PORT;
  if (!/^[1-9][0-9]{0,4}$/.test(text)) return null;
  const port = Number(text);
  return port <= 65_535 ? port : null;
}

function rejected(reason: string): ParsedNodeAddress {
  return { ok: false, reason };
}

/**
 * Reads a node address as Flux writes it: `1.2.3.4` or `1.2.3.4:16137`; also `2001:4860::1` and `[2001:4860::1]:16137`.
 * Never throws. Nothing is repaired: white space, leading zeros, host names and zones are refused.
 */
export function parseNodeAddress(text: string, options: NodeAddressOptions = {}): ParsedNodeAddress {
  if (text.length > MAX_TEXT_LENGTH) return rejected('longer than any address');
  const { host, port } = splitPort(text);
  const ip = canonicalIp(host);
  if (ip === null) return rejected('not an IP address');
  const apiPort = parsePort(port);
  if (apiPort === null) return rejected('not a port number');
  const family = ip.includes(':') ? 6 : 4;
  const use = specialUse(ip, family);
  if (use !== null && (use.restriction === 'never' || options.allowPrivateAddresses !== true)) {
    return rejected(`${/^[aeiou]/.test(use.label) ? 'an' : 'a'} ${use.label} address`);
  }
  return { ok: true, address: { ip, apiPort, family } };
}

/** Writes an address so that {@link parseNodeAddress} reads the same again; the port is always there. */
export function formatNodeAddress(address: NodeAddress): string {
  const { ip, apiPort, family } = address;
  return family === 6 ? `[${ip}]:${apiPort}` : `${ip}:${apiPort}`;
}

/**
 * Whether two addresses are the same node as far as one app is concerned. Ports do not count: Flux never runs two
 * instances of an app behind one public IP, and the same node is listed with and without its port.
 */
export function sameNode(left: NodeAddress, right: NodeAddress): boolean {
  return left.ip === right.ip;
}

/**
 * Orders IP addresses by number, IPv4 before IPv6, so that every node calls the same one the lowest. A total order: texts
 * that are no addresses come last.
 */
export function compareAddresses(left: string, right: string): number {
  const leftKey = addressSortKey(left);
  const rightKey = addressSortKey(right);
  if (leftKey === rightKey) return 0;
  return leftKey < rightKey ? -1 : 1;
}

/** Whether a text is an IP address that can be reached from the public internet. */
export function isPublicAddress(text: string): boolean {
  const ip = canonicalIp(text);
  return ip !== null && specialUse(ip, ip.includes(':') ? 6 : 4) === null;
}
