import { describe, expect, test } from 'vitest';
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
});
