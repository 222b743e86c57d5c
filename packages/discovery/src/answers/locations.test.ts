import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { fluxAddress } from '../../testing/address-arbitraries.ts';
import { dateTexts } from '../../testing/answer-arbitraries.ts';
import { aRow } from '../../testing/row-builder.ts';
import { type Listing, type Location, readListing } from './locations.ts';

const options = { app: 'MyApp', maxEntries: 100, allowPrivateAddresses: false };

function listing(...rows: readonly unknown[]): Listing {
  const reading = readListing(rows, options);
  if (!reading.ok) throw new Error(reading.reason);
  return reading.value;
}

/** A row that says what a location says. */
function rowOf({ address, osUptimeSeconds, ...others }: Location): Record<string, unknown> {
  return { ...others, ip: `${address.ip}:${address.apiPort}`, osUptime: osUptimeSeconds };
}

/** How few IPs may be written. */
const spellings = new Map([
  ['8.8.4.1', '8.8.4.1'],
  ['8.8.4.1:16137', '8.8.4.1'],
  ['8.8.4.2', '8.8.4.2'],
  ['2a00::1', '2a00::1'],
  ['2A00:0::1', '2a00::1'],
]);

/** Rows of these IPs, each announced at a moment of its own. */
const announcements = fc
  .uniqueArray(fc.integer({ min: 1, max: 10_000 }), { minLength: 1, maxLength: 20 })
  .chain((minutes) =>
    fc.tuple(
      ...minutes.map((minute) =>
        fc
          .constantFrom(...spellings.keys())
          .map((ip) => ({ ip, row: aRow({ ip, broadcastedAt: new Date(minute * 60_000).toISOString() }) })),
      ),
    ),
  );

describe('readListing', () => {
  test('a full row becomes a location with dates and units', () => {
    expect(listing(aRow())).toEqual({
      locations: [
        {
          address: { ip: '8.8.4.1', apiPort: 16_137, family: 4 },
          name: 'myapp',
          hash: 'c0ffee',
          broadcastedAt: new Date('2026-07-01T10:00:00Z'),
          expireAt: new Date('2026-07-01T12:05:00Z'),
          runningSince: new Date('2026-06-30T08:00:00Z'),
          osUptimeSeconds: 86_400.5,
          staticIp: true,
        },
      ],
      rejected: [],
    });
  });

  test('optional fields may be null or missing, unknown ones are left out', () => {
    const row = {
      name: 'myapp',
      hash: 'h',
      ip: '8.8.4.1',
      runningSince: null,
      osUptime: null,
      staticIp: null,
      extra: 1,
    };
    expect(listing(row).locations).toEqual([
      { address: { ip: '8.8.4.1', apiPort: 16_127, family: 4 }, name: 'myapp', hash: 'h' },
    ]);
  });

  test('an uptime of zero and a changing IP are kept', () => {
    expect(listing(aRow({ osUptime: 0, staticIp: false })).locations).toMatchObject([
      { osUptimeSeconds: 0, staticIp: false },
    ]);
  });

  test.each([
    ['a missing ip', { ip: undefined }, /^ip: /],
    ['a private ip', { ip: '10.0.0.1' }, /a private address/],
    ['a host name', { ip: 'node.example.org' }, /not an IP address/],
    ['a number for an ip', { ip: 16_909_060 }, /^ip: /],
    ['a date that is none', { runningSince: 'yesterday' }, /^runningSince: /],
    ['a date that does not exist', { runningSince: '2026-02-30T00:00:00Z' }, /^runningSince: /],
    ['a negative uptime', { osUptime: -1 }, /^osUptime: /],
    ['the name of another app', { name: 'myapp2' }, /another app/],
  ])('a row with %s is rejected, the rest stays', (_title, differences, reason) => {
    const { locations, rejected } = listing(aRow({ ip: '8.8.4.2' }), aRow(differences), null);
    expect(locations.map(({ address }) => address.ip)).toEqual(['8.8.4.2']);
    expect(rejected).toHaveLength(2);
    expect(rejected[0]?.reason).toMatch(reason);
    expect(rejected[1]).toMatchObject({ row: 'null' });
  });

  test('of several rows of one IP the one announced last stays, in whatever order they come', () => {
    const old = aRow({ ip: '8.8.4.1', hash: 'old', broadcastedAt: '2026-07-01T09:00:00Z' });
    const fresh = aRow({ ip: '8.8.4.1:16137', hash: 'fresh' });
    const undated = aRow({ ip: '8.8.4.1', hash: 'undated', broadcastedAt: null });
    for (const rows of [
      [old, fresh, undated],
      [undated, fresh, old],
    ]) {
      expect(listing(...rows).locations).toMatchObject([{ hash: 'fresh' }]);
    }
  });

  test('locations are in the order of their addresses', () => {
    const ips = ['8.8.10.1', '8.8.9.1', '2a00::1', '8.8.4.1'];
    const { locations } = listing(...ips.map((ip) => aRow({ ip })));
    expect(locations.map(({ address }) => address.ip)).toEqual(['8.8.4.1', '8.8.9.1', '8.8.10.1', '2a00::1']);
  });

  test('an empty list stays an empty list, and a list without a usable row is refused', () => {
    expect(listing()).toEqual({ locations: [], rejected: [] });
    expect(readListing([aRow({ ip: '10.0.0.1' })], options)).toEqual({
      ok: false,
      code: 'schema',
      reason: 'none of 1 rows is usable, the first is name=myapp ip=10.0.0.1: a private address',
    });
  });

  test('what a stranger wrote is cut and made printable before it is shown', () => {
    const { rejected } = listing(aRow(), aRow({ ip: `\u001b[31m${'x'.repeat(5000)}` }));
    expect(rejected[0]?.row).toMatch(/^[\x20-\x7e]{1,100}$/);
  });

  test('the order of the rows decides nothing, and of one IP the newest announcement stays', () => {
    const shuffled = announcements.chain((all) =>
      fc.tuple(fc.constant(all), fc.shuffledSubarray(all, { minLength: all.length })),
    );
    fc.assert(
      fc.property(shuffled, ([all, others]) => {
        const { locations } = listing(...all.map(({ row }) => row));
        expect(listing(...others.map(({ row }) => row)).locations).toEqual(locations);
        const newest = new Map<string | undefined, number>();
        for (const { ip, row } of all) {
          const announcedMs = Date.parse(String(row.broadcastedAt));
          newest.set(spellings.get(ip), Math.max(announcedMs, newest.get(spellings.get(ip)) ?? 0));
        }
        const found = locations.map(
          ({ address, broadcastedAt }) => [address.ip, broadcastedAt?.getTime()] as const,
        );
        expect(new Map(found)).toEqual(newest);
        expect(found).toHaveLength(newest.size);
      }),
    );
  });

  test('a listing that is written as rows is read as the same listing', () => {
    const row = fc
      .record({
        ip: fluxAddress,
        broadcastedAt: fc.constantFrom(null, '2026-07-01T10:00:00+02:00', '2024-02-29T23:59:59.999Z'),
        osUptime: fc.constantFrom(null, 0, 0.5, 1e308),
        staticIp: fc.constantFrom(null, true, false),
      })
      .map(aRow);
    fc.assert(
      fc.property(fc.array(row, { maxLength: 10 }), (rows) => {
        const { locations } = listing(...rows);
        const text = JSON.stringify(locations.map(rowOf));
        expect(listing(...JSON.parse(text)).locations).toEqual(locations);
      }),
    );
  });

  test.each(dateTexts)('%s is the date that it says', (text) => {
    const [location] = listing(aRow({ broadcastedAt: text })).locations;
    expect(location?.broadcastedAt?.getTime()).toBe(Date.parse(text));
    expect(Date.parse(text)).not.toBeNaN();
  });

  test('no data makes it throw', () => {
    fc.assert(
      fc.property(
        fc.oneof(fc.anything(), fc.array(fc.anything()), fc.array(fc.record({ ip: fc.string() }))),
        (data) => {
          const reading = readListing(data, options);
          expect(typeof reading.ok).toBe('boolean');
        },
      ),
    );
  });
});
