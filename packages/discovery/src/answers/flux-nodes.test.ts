import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { fluxAddress } from '../../testing/address-arbitraries.ts';
import { readFluxNodes } from './flux-nodes.ts';

const hash = (digit: string) => digit.repeat(64);
const options = { maxNodes: 10 };

describe('the node list', () => {
  test('has ids as host information writes them, in their order, and both forms of addresses', () => {
    const rows = [
      { txhash: hash('b'), outidx: 1, ip: '8.8.4.2:16137', tier: 'STRATUS', rank: 7 },
      { txhash: hash('a'), outidx: '0', ip: '8.8.4.1', tier: 'CUMULUS' },
    ];
    expect(readFluxNodes(rows, options)).toEqual({
      ok: true,
      value: {
        nodes: [
          { id: `${hash('a')}0`, address: { ip: '8.8.4.1', apiPort: 16_127, family: 4 }, tier: 'CUMULUS' },
          { id: `${hash('b')}1`, address: { ip: '8.8.4.2', apiPort: 16_137, family: 4 }, tier: 'STRATUS' },
        ],
        rejectedCount: 0,
      },
    });
  });

  test('leaves out nodes without an address that can be called, and counts them', () => {
    const rows = [
      { txhash: hash('a'), outidx: 0, ip: '8.8.4.1' },
      { txhash: hash('b'), outidx: 0, ip: '' },
      { txhash: hash('c'), outidx: 0, ip: '10.0.0.1' },
      { txhash: 'nonsense', outidx: 0, ip: '8.8.4.2' },
      null,
    ];
    expect(readFluxNodes(rows, options)).toMatchObject({
      ok: true,
      value: { nodes: [{}], rejectedCount: 4 },
    });
    expect(readFluxNodes(rows, { ...options, allowPrivateAddresses: true })).toMatchObject({
      value: { rejectedCount: 3 },
    });
  });

  test.each<[string, unknown, string]>([
    ['no list', { nodes: [] }, 'schema'],
    ['a list without one usable node', [{}, {}], 'schema'],
    ['more nodes than allowed', Array.from({ length: 11 }, () => ({})), 'too-large'],
  ])('is refused when it is %s', (_title, data, code) => {
    expect(readFluxNodes(data, options)).toMatchObject({ ok: false, code });
  });

  test('may be empty', () => {
    expect(readFluxNodes([], options)).toEqual({ ok: true, value: { nodes: [], rejectedCount: 0 } });
  });

  test('is the same in whatever order it comes, and no row goes uncounted', () => {
    const row = fc.record({
      txhash: fc.constantFrom('a', 'b', 'c', 'd').map(hash),
      outidx: fc.nat({ max: 3 }),
      ip: fc.oneof(fluxAddress, fc.constant('')),
      tier: fc.constantFrom('CUMULUS', 'NIMBUS', 'STRATUS'),
    });
    const rows = fc.uniqueArray(row, {
      maxLength: 10,
      selector: ({ txhash, outidx }) => `${txhash}${outidx}`,
    });
    const shuffled = rows.chain((all) =>
      fc.tuple(fc.constant(all), fc.shuffledSubarray(all, { minLength: all.length })),
    );
    fc.assert(
      fc.property(shuffled, ([all, others]) => {
        const reading = readFluxNodes(all, options);
        const again = readFluxNodes(others, options);
        expect(again).toEqual(reading);
        const usableCount = all.filter(({ ip }) => ip !== '').length;
        expect(reading.ok).toBe(usableCount > 0 || all.length === 0);
        if (!reading.ok) return;
        const { nodes, rejectedCount } = reading.value;
        expect(nodes).toHaveLength(usableCount);
        expect(rejectedCount).toBe(all.length - usableCount);
        const ids = nodes.map(({ id }) => id);
        expect(ids).toEqual([...new Set(ids)].sort());
      }),
    );
  });
});
