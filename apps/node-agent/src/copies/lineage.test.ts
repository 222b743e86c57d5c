import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Copy } from './copy.ts';
import { aCopy, lsnOf } from './copy-builders.ts';
import { forkPoint, isBehind, isContained, type Lineage, lineageOf, reachesConsistency } from './lineage.ts';
import { formatLsn, parseLsn } from './lsn.ts';

function lineage(copy: Copy): Lineage {
  const found = lineageOf(copy);
  if (found === null) throw new Error('the test needs a copy with a known position');
  return found;
}

describe('an LSN', () => {
  it('is compared as a number, not as a text', () => {
    const [small, large] = [parseLsn('9/FFFFFFFF'), parseLsn('A/0')];
    expect(small !== null && large !== null && small < large).toBe(true);
    expect(parseLsn('0/10')).toBe(16n);
  });

  it.each(['', '0', '0/', '/1', '0/G', '123456789/0', '0/0/0', '-1/0', ' 0/1'])('is not %j', (text) => {
    expect(parseLsn(text)).toBeNull();
  });

  it('is read back as it was printed', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }), (value) => {
        expect(parseLsn(formatLsn(value))).toBe(value);
      }),
    );
  });
});

describe('a copy', () => {
  const primary = aCopy(1, { at: [2, 200], from: [[1, 100]] });

  it.each([
    ['shorter on the same timeline', aCopy(2, { at: [2, 150], from: [[1, 100]] }), true],
    ['on the parent, before the switch', aCopy(2, { at: [1, 90] }), true],
    ['on the parent, at the switch', aCopy(2, { at: [1, 100] }), true],
    ['on the parent, beyond the switch', aCopy(2, { at: [1, 101] }), false],
    ['equal', aCopy(2, { at: [2, 200], from: [[1, 100]] }), false],
    ['further', aCopy(2, { at: [2, 201], from: [[1, 100]] }), false],
    [
      'on a timeline of the same number that began elsewhere',
      aCopy(2, { at: [2, 95], from: [[1, 90]] }),
      false,
    ],
    ['without a position', aCopy(2, { at: null }), false],
    ['of another system', aCopy(2, { at: [1, 90], systemId: '7' }), false],
  ])('that is %s is behind: %s', (_name, copy, behind) => {
    expect(isBehind(copy, primary)).toBe(behind);
    expect(isBehind(primary, primary)).toBe(false);
  });

  it('that is equal is contained without being behind', () => {
    expect(isContained(aCopy(2, { at: [2, 200], from: [[1, 100]] }), primary)).toBe(true);
    expect(isContained(aCopy(2, { at: null }), primary)).toBe(false);
    expect(isContained(aCopy(2, { at: [1, 90], systemId: '7' }), primary)).toBe(false);
  });

  it('that knows of later timelines than its WAL reaches is where its WAL ends', () => {
    const knowing = aCopy(2, {
      at: [1, 90],
      from: [
        [1, 100],
        [2, 150],
      ],
    });
    expect(lineage(knowing)).toEqual(lineage(aCopy(3, { at: [1, 90] })));
    const named = aCopy(2, { at: [2, 90], from: [[1, 100]] });
    expect(lineage(named)).toEqual(lineage(aCopy(3, { at: [1, 90] })));
  });

  it.each([
    ['without the history of its timeline', aCopy(2, { at: [2, 120] })],
    [
      'with the history of another branch only',
      aCopy(2, {
        at: [2, 120],
        from: [
          [1, 100],
          [3, 130],
        ],
      }),
    ],
    ['with an LSN that is none', { ...aCopy(2), walEnd: { timeline: 1, lsn: 'x' } }],
    [
      'with a switch that is none',
      { ...aCopy(2, { at: [2, 120] }), history: [{ timeline: 1, switchLsn: '' }] },
    ],
  ])('%s has no known place', (_name, copy) => {
    expect(lineageOf(copy)).toBeNull();
  });

  it('that runs is where the server is, unless the disk holds more', () => {
    expect(lineage(aCopy(1, { at: [1, 100], running: ['replica', 1, 80] }))).toEqual(lineage(aCopy(1)));
    const rewound = aCopy(1, { at: [1, 150], from: [[1, 100]], running: ['replica', 2, 120] });
    expect(lineage(rewound)).toEqual(lineage(aCopy(1, { at: [2, 120], from: [[1, 100]] })));
    expect(lineage(aCopy(1, { at: null, running: ['primary', 1, 80] }))).toEqual(
      lineage(aCopy(1, { at: [1, 80] })),
    );
  });

  it('with a tail leaves the other’s history where both stop being the same', () => {
    const old = lineage(aCopy(2, { at: [1, 130] }));
    expect(forkPoint(old, lineage(primary))).toEqual({ timeline: 1, lsn: lsnOf(100) });
    const sibling = lineage(aCopy(2, { at: [3, 130], from: [[1, 100]] }));
    expect(forkPoint(sibling, lineage(primary))).toEqual({ timeline: 1, lsn: lsnOf(100) });
    const elsewhere = lineage(aCopy(2, { at: [5, 130], from: [[4, 90]] }));
    expect(forkPoint(elsewhere, lineage(primary))).toBeNull();
  });
});

describe('a copy that is not consistent yet', () => {
  it.each([
    [{ consistent: true, minRecoveryEnd: '0/9', walEnd: null }, true],
    [{ consistent: false, minRecoveryEnd: null, walEnd: null }, true],
    [{ consistent: false, minRecoveryEnd: '0/9', walEnd: { timeline: 1, lsn: '0/9' } }, true],
    [{ consistent: false, minRecoveryEnd: '0/9', walEnd: { timeline: 1, lsn: '0/8' } }, false],
    [{ consistent: false, minRecoveryEnd: '0/9', walEnd: null }, false],
  ])('%j becomes so by itself: %s', (found, reaches) => {
    expect(reachesConsistency(found)).toBe(reaches);
  });
});
