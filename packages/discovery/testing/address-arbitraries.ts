import fc from 'fast-check';

/** Four numbers of 0 to 255. */
export type Octets = readonly [number, number, number, number];

const octet = fc.nat({ max: 255 });

/** First octets of which nothing is set aside for a special use. */
const ordinaryOctets: fc.Arbitrary<Octets> = fc.tuple(
  fc.constantFrom(8, 45, 78, 91, 185, 212),
  octet,
  octet,
  octet,
);

/** Both ends of every IPv4 range that is no public one, and what lies just beside some of them. */
const edgeOctets: readonly Octets[] = [
  [0, 0, 0, 0],
  [0, 255, 255, 255],
  [10, 0, 0, 0],
  [10, 255, 255, 255],
  [100, 63, 255, 255],
  [100, 64, 0, 0],
  [100, 127, 255, 255],
  [127, 0, 0, 1],
  [127, 255, 255, 255],
  [169, 254, 0, 0],
  [169, 254, 169, 254],
  [172, 15, 255, 255],
  [172, 16, 0, 0],
  [172, 31, 255, 255],
  [192, 0, 0, 8],
  [192, 0, 2, 1],
  [192, 88, 99, 1],
  [192, 168, 0, 0],
  [192, 168, 255, 255],
  [198, 17, 255, 255],
  [198, 18, 0, 0],
  [198, 19, 255, 255],
  [198, 51, 100, 7],
  [203, 0, 113, 255],
  [224, 0, 0, 1],
  [239, 255, 255, 255],
  [240, 0, 0, 0],
  [255, 255, 255, 255],
];

const anyOctets: fc.Arbitrary<Octets> = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom(...edgeOctets) },
  { weight: 1, arbitrary: ordinaryOctets },
);

const decimal = (octets: Octets) => octets.join('.');
const hexByte = (part: number) => part.toString(16).padStart(2, '0');
const hexGroups = ([a, b, c, d]: Octets) => `${hexByte(a)}${hexByte(b)}:${hexByte(c)}${hexByte(d)}`;
const whole = (octets: Octets) => octets.reduce((sum, part) => sum * 256 + part, 0);

/** Ways to write an IPv4 address that resolvers, browsers or people understand, but Flux never writes. */
export const ipv4Disguises: Readonly<Record<string, (octets: Octets) => string>> = {
  octal: (octets) => octets.map((part) => `0${part.toString(8)}`).join('.'),
  hexadecimal: (octets) => octets.map((part) => `0x${part.toString(16)}`).join('.'),
  'one number': (octets) => String(whole(octets)),
  'one hexadecimal number': (octets) => `0x${whole(octets).toString(16)}`,
  'two parts': ([a, b, c, d]) => `${a}.${(b * 256 + c) * 256 + d}`,
  'three parts': ([a, b, c, d]) => `${a}.${b}.${c * 256 + d}`,
  'a leading zero': ([a, b, c, d]) => `${a}.${b}.${c}.0${d}`,
  'an octet too many': (octets) => `${decimal(octets)}.1`,
  'a trailing dot': (octets) => `${decimal(octets)}.`,
  'full-width digits': (octets) =>
    decimal(octets).replace(/\d/g, (digit) => String.fromCharCode(0xff10 + Number(digit))),
  'Arabic digits': (octets) =>
    decimal(octets).replace(/\d/g, (digit) => String.fromCharCode(0x0660 + Number(digit))),
  'an ideographic full stop': (octets) => octets.join('\u3002'),
  'a space before': (octets) => ` ${decimal(octets)}`,
  'a line feed behind': (octets) => `${decimal(octets)}\n`,
  'a NUL behind': (octets) => `${decimal(octets)}\0`,
  'a zero-width space inside': (octets) => octets.join('.\u200b'),
  'a user name before': (octets) => `8.8.4.1@${decimal(octets)}`,
  'a scheme before': (octets) => `http://${decimal(octets)}`,
  'a path behind': (octets) => `${decimal(octets)}/24`,
  'a name around': (octets) => `${decimal(octets)}.nip.io`,
  'brackets around': (octets) => `[${decimal(octets)}]`,
  'a zone behind': (octets) => `::ffff:${decimal(octets)}%eth0`,
  'two addresses': (octets) => `${decimal(octets)},8.8.4.1`,
};

/** IPv6 addresses that carry an IPv4 address, by different standards. */
export const ipv4Carriers: Readonly<Record<string, (octets: Octets) => string>> = {
  mapped: (octets) => `::ffff:${decimal(octets)}`,
  'mapped, hexadecimal': (octets) => `::FFFF:${hexGroups(octets)}`,
  'mapped, in full': (octets) => `0:0:0:0:0:ffff:${decimal(octets)}`,
  compatible: (octets) => `::${decimal(octets)}`,
  translated: (octets) => `::ffff:0:${decimal(octets)}`,
  NAT64: (octets) => `64:ff9b::${decimal(octets)}`,
  'local NAT64': (octets) => `64:ff9b:1::${decimal(octets)}`,
  '6to4': (octets) => `2002:${hexGroups(octets)}::1`,
  Teredo: (octets) => `2001:0:${hexGroups(octets)}::1`,
};

const specialIpv6 = fc.constantFrom(
  '::',
  '::1',
  '0:0:0:0:0:0:0:1',
  'fe80::1',
  'fe80::1%eth0',
  'febf::1',
  'fec0::1',
  'fc00::1',
  'fdff:ffff::1',
  'ff02::1',
  '100::1',
  '2001:db8::1',
  '2001:10::1',
  '3fff::1',
  '4000::1',
  '5f00::1',
  '1fff:ffff::1',
  '2001:4860:::1',
  '2001:4860::1::2',
  '12345::1',
);

const portSuffix = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom('', ':16127', ':16137', ':1', ':65535') },
  {
    weight: 1,
    arbitrary: fc.constantFrom(':', ':0', ':65536', ':016127', ':-1', ':+1', ':1e3', ':0x50', ': 80', ':80 '),
  },
  {
    weight: 1,
    arbitrary: fc.constantFrom(':８０', ':1.5', ':99999', ':16127:16127', ':NaN', '#1', '?1', ':'),
  },
);

/** An address as Flux writes one: public IPv4, with or without the port of the node's API. */
export const fluxAddress: fc.Arbitrary<string> = fc
  .tuple(ordinaryOctets, fc.constantFrom('', ':16127', ':16137', ':16197'))
  .map(([octets, port]) => `${decimal(octets)}${port}`);

const ordinaryIpv6 = fc
  .tuple(fc.constantFrom('2a00', '2606', '2400'), fc.nat({ max: 0xffff }), fc.nat({ max: 0xffff }))
  .map(([first, second, last]) => `${first}:${second.toString(16)}::${last.toString(16)}`);

const writtenIpv4 = fc
  .tuple(anyOctets, fc.constantFrom(decimal, ...Object.values(ipv4Disguises)))
  .map(([octets, write]) => write(octets));

const writtenIpv6 = fc.oneof(
  fc
    .tuple(anyOctets, fc.constantFrom(...Object.values(ipv4Carriers)))
    .map(([octets, write]) => write(octets)),
  specialIpv6,
  ordinaryIpv6,
  fc.ipV6(),
);

/** An address in any spelling, most of them none that may be accepted. */
export const writtenAddress: fc.Arbitrary<string> = fc.oneof(
  fc.tuple(writtenIpv4, portSuffix).map(([ip, port]) => `${ip}${port}`),
  fc.tuple(writtenIpv6, portSuffix).map(([ip, port]) => `[${ip}]${port}`),
  writtenIpv6,
  fc.constantFrom('', ' ', 'localhost', 'fluxnode.service', '1.2.3', '[]', '[', ':', '1.2.3.4.5', 'null'),
);

/** Four octets of a public address, or of one at the edge of a special range. */
export const octets: fc.Arbitrary<Octets> = fc.oneof(ordinaryOctets, anyOctets);
