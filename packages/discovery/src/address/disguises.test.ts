import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ipv4Carriers, ipv4Disguises, octets, writtenAddress } from '../../testing/address-arbitraries.ts';
import { addressFaults } from '../../testing/address-check.ts';
import { canonicalIp, parseNodeAddress } from '../index.ts';

describe('disguises of an address', () => {
  test.each(Object.entries(ipv4Disguises))('%s is refused, whatever is allowed', (_title, write) => {
    fc.assert(
      fc.property(octets, fc.constantFrom('', ':16127'), (address, port) => {
        expect(parseNodeAddress(`${write(address)}${port}`, { allowPrivateAddresses: true }).ok).toBe(false);
      }),
    );
  });

  test.each(Object.entries(ipv4Carriers))(
    '%s is as public as what it carries, or refused',
    (title, write) => {
      fc.assert(
        fc.property(octets, (address) => {
          const isMapped = title.startsWith('mapped');
          expect(parseNodeAddress(write(address))).toEqual(
            isMapped ? parseNodeAddress(address.join('.')) : { ok: false, reason: expect.any(String) },
          );
        }),
      );
    },
  );

  test('what is accepted is sound by a second account of the special ranges', () => {
    fc.assert(
      fc.property(writtenAddress, fc.boolean(), (text, allowPrivateAddresses) => {
        const result = parseNodeAddress(text, { allowPrivateAddresses });
        if (result.ok) expect(addressFaults(result.address, allowPrivateAddresses)).toEqual([]);
        else expect(result.reason).toMatch(/^[ -~]{1,60}$/);
      }),
      { numRuns: 3000 },
    );
  });

  test('the one spelling of an address is its own one spelling', () => {
    fc.assert(
      fc.property(fc.oneof(writtenAddress, fc.ipV6()), (text) => {
        const ip = canonicalIp(text);
        expect(ip === null ? null : canonicalIp(ip)).toBe(ip);
      }),
    );
  });
});
