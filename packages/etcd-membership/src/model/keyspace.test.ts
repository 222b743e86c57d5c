import fc from 'fast-check';
import { expect, it } from 'vitest';
import { compareKeys, findKey, keysUnder, type StoredKey, withKey } from './keyspace.ts';

const key = fc.string({ unit: fc.constantFrom('a', 'b', '/', 'é', '\uffff', '\u{1f600}'), maxLength: 4 });

it('keys are ordered by their bytes', () => {
  fc.assert(
    fc.property(key, key, (left, right) => {
      const bytes = Buffer.compare(Buffer.from(left), Buffer.from(right));
      expect(Math.sign(compareKeys(left, right))).toBe(bytes);
    }),
  );
});

it('the keys under a prefix are all that begin with it, each once with its last value', () => {
  fc.assert(
    fc.property(fc.array(key), key, (written, prefix) => {
      let keys: readonly StoredKey[] = [];
      for (const [at, each] of written.entries()) {
        keys = withKey(keys, { key: each, value: String(at), modRevision: at, leaseId: null });
      }
      const expected = [...new Set(written)].filter((each) => each.startsWith(prefix)).sort(compareKeys);
      expect(keysUnder(keys, prefix).map((entry) => entry.key)).toEqual(expected);
      for (const each of written) {
        expect(findKey(keys, each)?.value).toBe(String(written.lastIndexOf(each)));
      }
      expect(findKey(keys, `${prefix}x`)).toBeNull();
    }),
  );
});
