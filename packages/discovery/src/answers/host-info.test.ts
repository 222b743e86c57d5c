import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { fluxAddress, writtenAddress } from '../../testing/address-arbitraries.ts';
import { formatNodeAddress, parseNodeAddress } from '../index.ts';
import { readHostInfo } from './host-info.ts';

const aDocument = (differences: Readonly<Record<string, unknown>> = {}) => ({
  appName: 'myapp',
  id: `${'a'.repeat(64)}0`,
  ip: '8.8.4.1',
  geo: { country: 'Germany', static: true },
  ...differences,
});

describe('host information', () => {
  test('has the app, the collateral and the address, and nothing else of the document', () => {
    expect(readHostInfo(aDocument(), {})).toEqual({
      ok: true,
      value: {
        appName: 'myapp',
        id: `${'a'.repeat(64)}0`,
        address: { ip: '8.8.4.1', apiPort: 16_127, family: 4 },
      },
    });
  });

  test.each<[string, unknown, RegExp]>([
    ['no document', null, /^document: /],
    ['no id', aDocument({ id: '' }), /^id: /],
    ['a number for an ip', aDocument({ ip: 134_743_044 }), /^ip: /],
    ['a private ip', aDocument({ ip: '10.0.0.1' }), /^ip: a private address$/],
    ['the name of a host', aDocument({ ip: 'fluxnode.service' }), /^ip: not an IP address$/],
  ])('is refused with %s', (_title, data, reason) => {
    expect(readHostInfo(data, {})).toEqual({
      ok: false,
      code: 'schema',
      reason: expect.stringMatching(reason),
    });
  });

  test('accepts the addresses that the parser of addresses accepts, and reads them as that does', () => {
    fc.assert(
      fc.property(fc.oneof(fluxAddress, writtenAddress), fc.boolean(), (ip, allowPrivateAddresses) => {
        const reading = readHostInfo(aDocument({ ip }), { allowPrivateAddresses });
        const parsed = parseNodeAddress(ip, { allowPrivateAddresses });
        expect(reading.ok).toBe(parsed.ok);
        if (!reading.ok) return;
        expect(parsed).toEqual({ ok: true, address: reading.value.address });
        const again = readHostInfo(aDocument({ ip: formatNodeAddress(reading.value.address) }), {
          allowPrivateAddresses,
        });
        expect(again).toEqual(reading);
      }),
    );
  });
});
