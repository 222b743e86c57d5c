import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compareLsn, formatLsn, parseLsn } from './lsn.ts';

const position = fc.bigInt({ min: 0n, max: (1n << 64n) - 1n });

describe('an LSN', () => {
  it('is read back as it was printed', () => {
    fc.assert(
      fc.property(position, (at) => {
        expect(parseLsn(formatLsn(at))).toBe(at);
      }),
    );
  });

  it('is ordered by its position, not by its text', () => {
    fc.assert(
      fc.property(position, position, (a, b) => {
        expect(compareLsn(formatLsn(a), formatLsn(b))).toBe(a === b ? 0 : a < b ? -1 : 1);
      }),
    );
    expect(compareLsn('0/9', '0/10')).toBe(-1);
    expect(compareLsn('1/0', '0/FFFFFFFF')).toBe(1);
  });

  it('may be padded with zeros, as newer versions print it', () => {
    expect(compareLsn('0/02000028', '0/2000028')).toBe(0);
  });

  it.each(['', '0', '0/', '0/G', '123456789/0', '0/0 '])(
    'is not %j, which has no place in the order',
    (text) => {
      expect(parseLsn(text)).toBeNull();
      expect(() => compareLsn(text, '0/1')).toThrow(RangeError);
    },
  );
});
