import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { addressValue } from '../../testing/address-check.ts';
import {
  canonicalIp,
  compareAddresses,
  formatNodeAddress,
  isPublicAddress,
  parseNodeAddress,
  sameNode,
} from '../index.ts';

function parsed(text: string, allowPrivateAddresses = false) {
  const result = parseNodeAddress(text, { allowPrivateAddresses });
  if (!result.ok) throw new Error(`${text}: ${result.reason}`);
  return result.address;
}

const sign = (order: number) => Math.sign(order);

describe('parseNodeAddress', () => {
  test.each([
    ['1.2.3.4', '1.2.3.4', 16_127, 4],
    ['1.2.3.4:16137', '1.2.3.4', 16_137, 4],
    ['2001:4860:0:0::8888', '2001:4860::8888', 16_127, 6],
    ['[2001:4860:0000::8888]', '2001:4860::8888', 16_127, 6],
    ['[2A00:1450:4001:80B::200E]:16197', '2a00:1450:4001:80b::200e', 16_197, 6],
    ['::ffff:1.2.3.4', '1.2.3.4', 16_127, 4],
    ['[::ffff:102:304]:16137', '1.2.3.4', 16_137, 4],
  ])('reads %s', (text, ip, apiPort, family) => {
    expect(parseNodeAddress(text)).toEqual({ ok: true, address: { ip, apiPort, family } });
  });

  test.each([
    ['', 'not an IP address'],
    [' 1.2.3.4', 'not an IP address'],
    ['1.2.3', 'not an IP address'],
    ['01.2.3.4', 'not an IP address'],
    ['1.2.3.256', 'not an IP address'],
    ['node.example.org', 'not an IP address'],
    ['http://1.2.3.4', 'not an IP address'],
    ['[1.2.3.4]:16127', 'not an IP address'],
    ['2001:4860::1%eth0', 'not an IP address'],
    ['1.2.3.4:', 'not a port number'],
    ['1.2.3.4:0', 'not a port number'],
    ['1.2.3.4:65536', 'not a port number'],
    ['1.2.3.4:016127', 'not a port number'],
    ['1.2.3.4:1e3', 'not a port number'],
    ['[2001:4860::1]:x', 'not a port number'],
    [`1.2.3.4:${'9'.repeat(1000)}`, 'longer than any address'],
  ])('refuses %s', (text, reason) => {
    expect(parseNodeAddress(text)).toEqual({ ok: false, reason });
  });

  test.each([
    '10.0.0.1',
    '172.31.255.255',
    '192.168.1.1',
    '169.254.43.43',
    '100.64.0.1',
    '203.0.113.9',
    '198.19.0.1',
    'fd00::1',
    'fe80::1',
    '2001:db8::1',
    '::ffff:10.0.0.1',
  ])('takes %s only where private addresses are allowed', (text) => {
    expect(parseNodeAddress(text).ok).toBe(false);
    expect(parseNodeAddress(text, { allowPrivateAddresses: true }).ok).toBe(true);
    expect(isPublicAddress(text)).toBe(false);
  });

  test.each([
    '0.0.0.0',
    '0.1.2.3',
    '127.0.0.1',
    '224.0.0.1',
    '240.0.0.1',
    '255.255.255.255',
    '::',
    '::1',
    'ff02::1',
    '::ffff:127.0.0.1',
  ])('never takes %s', (text) => {
    expect(parseNodeAddress(text, { allowPrivateAddresses: true }).ok).toBe(false);
  });

  test.each([
    '172.15.255.255',
    '172.32.0.0',
    '100.63.255.255',
    '100.128.0.0',
    '223.255.255.255',
    '2606:4700::1111',
  ])('takes %s, just outside a special range, as public', (text) => {
    expect(isPublicAddress(text)).toBe(true);
  });

  test('reads back every address it has written', () => {
    fc.assert(
      fc.property(fc.oneof(fc.ipV4(), fc.ipV6()), fc.integer({ min: 1, max: 65_535 }), (ip, port) => {
        const text = ip.includes(':') ? `[${ip}]:${port}` : `${ip}:${port}`;
        const first = parseNodeAddress(text, { allowPrivateAddresses: true });
        fc.pre(first.ok);
        expect(first.address.apiPort).toBe(port);
        expect(parsed(formatNodeAddress(first.address), true)).toEqual(first.address);
      }),
    );
  });

  test('reads every way to write an IPv6 address as the same', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 0xffff }), { minLength: 7, maxLength: 7 }), (groups) => {
        const hex = ['2a00', ...groups.map((group) => group.toString(16))];
        const full = hex.map((group) => group.padStart(4, '0').toUpperCase()).join(':');
        expect(parsed(full)).toEqual(parsed(hex.join(':')));
      }),
    );
  });

  test('never throws, and what it accepts without permission is public', () => {
    const alphabet = fc.constantFrom(...'0123456789abcdef.:[]%/ -'.split(''));
    fc.assert(
      fc.property(
        fc.oneof(fc.string(), fc.string({ unit: alphabet, maxLength: 45 }), fc.ipV4Extended()),
        (text) => {
          const result = parseNodeAddress(text);
          expect(result.ok ? isPublicAddress(result.address.ip) : result.reason.length > 0).toBe(true);
        },
      ),
      { numRuns: 2000 },
    );
  });
});

describe('order and equality', () => {
  test('two spellings of one IP are one node, whatever the port', () => {
    expect(sameNode(parsed('1.2.3.4'), parsed('[::ffff:1.2.3.4]:16137'))).toBe(true);
    expect(sameNode(parsed('1.2.3.4'), parsed('1.2.3.5'))).toBe(false);
  });

  test('addresses are ordered by number, IPv4 first, nonsense last', () => {
    const shuffled = ['x', '2a00::10', '10.0.0.10', '2a00::9', '9.255.255.255', '10.0.0.9', '2a00:0:0:1::'];
    expect(shuffled.sort(compareAddresses)).toEqual([
      '9.255.255.255',
      '10.0.0.9',
      '10.0.0.10',
      '2a00::9',
      '2a00::10',
      '2a00:0:0:1::',
      'x',
    ]);
  });

  test('the order agrees with the numbers and is the same from both sides', () => {
    const octets = fc.array(fc.integer({ min: 0, max: 255 }), { minLength: 4, maxLength: 4 });
    const value = (parts: readonly number[]) => parts.reduce((sum, part) => sum * 256 + part, 0);
    fc.assert(
      fc.property(octets, octets, (left, right) => {
        const order = compareAddresses(left.join('.'), right.join('.'));
        expect(sign(order)).toBe(sign(value(left) - value(right)));
        expect(sign(compareAddresses(right.join('.'), left.join('.')))).toBe(
          sign(value(right) - value(left)),
        );
      }),
    );
  });

  test('the order of IPv6 addresses agrees with their numbers, too', () => {
    const ip = fc.oneof(fc.ipV4(), fc.ipV6()).map((text) => canonicalIp(text) ?? text);
    fc.assert(
      fc.property(ip, ip, (left, right) => {
        const [first, second] = [addressValue(left), addressValue(right)];
        const order = first === second ? 0 : first < second ? -1 : 1;
        expect(sign(compareAddresses(left, right))).toBe(order);
      }),
    );
  });
});
