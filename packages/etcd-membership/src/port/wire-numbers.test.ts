import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { memberIdFromWire, memberIdToWire, safeNumberFromWire } from './wire-numbers.ts';

const uint64 = fc.bigInt({ min: 0n, max: 2n ** 64n - 1n });

describe('member ids', () => {
  it('survive the way to hexadecimal and back, all 64 bits', () => {
    fc.assert(
      fc.property(uint64, (id) => {
        expect(memberIdToWire(memberIdFromWire(id.toString()))).toBe(id.toString());
      }),
    );
  });

  it('are written as etcdctl writes them', () => {
    expect(memberIdFromWire('14125711683920341839')).toBe('c4089bef6fa82b4f');
    expect(memberIdFromWire('10')).toBe('a');
    fc.assert(fc.property(uint64, (id) => /^(0|[1-9a-f][0-9a-f]*)$/.test(memberIdFromWire(String(id)))));
  });
});

describe('safeNumberFromWire', () => {
  it('reads every number that can be compared exactly, and refuses all others', () => {
    fc.assert(
      fc.property(uint64, (value) => {
        const read = () => safeNumberFromWire(value.toString());
        if (value <= BigInt(Number.MAX_SAFE_INTEGER)) expect(read()).toBe(Number(value));
        else expect(read).toThrow(RangeError);
      }),
    );
    fc.assert(fc.property(fc.maxSafeNat(), (value) => safeNumberFromWire(String(value)) === value));
  });

  it('refuses what is no number', () => {
    expect(() => safeNumberFromWire('many')).toThrow(RangeError);
  });
});
