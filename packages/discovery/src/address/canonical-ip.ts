import { isIPv4, isIPv6 } from 'node:net';

const MAPPED_IPV4_KEY = /^60{20}ffff([0-9a-f]{8})$/;

function ipv4Key(ip: string): string {
  const octets = ip.split('.').map((octet) => Number(octet).toString(16).padStart(2, '0'));
  return `4${octets.join('')}`;
}

/** Takes only what `URL` writes: hexadecimal groups, at most one `::`. */
function ipv6Key(ip: string): string {
  const [head = '', tail = ''] = ip.split('::');
  const left = head === '' ? [] : head.split(':');
  const right = tail === '' ? [] : tail.split(':');
  const zeros = Array.from({ length: 8 - left.length - right.length }, () => '0');
  return `6${[...left, ...zeros, ...right].map((group) => group.padStart(4, '0')).join('')}`;
}

/**
 * The one spelling of an IP address: IPv4 in decimal without leading zeros, IPv6 in lower case and compressed, an
 * IPv4-mapped IPv6 address as the IPv4 address that it is. Null when the text is no IP address; an IPv6 zone is refused,
 * since it means something on one machine only.
 */
export function canonicalIp(text: string): string | null {
  if (isIPv4(text)) return text;
  if (!isIPv6(text) || text.includes('%')) return null;
  const ip = new URL(`http://[${text}]`).hostname.slice(1, -1);
  const mapped = MAPPED_IPV4_KEY.exec(ipv6Key(ip))?.[1];
  return mapped === undefined ? ip : Buffer.from(mapped, 'hex').join('.');
}

/** A text that sorts as the address does: IPv4 before IPv6, each by number, and what is no address behind both. */
export function addressSortKey(text: string): string {
  const ip = canonicalIp(text);
  if (ip === null) return `~${text}`;
  return ip.includes(':') ? ipv6Key(ip) : ipv4Key(ip);
}
