import type { KeyValue } from '../port/etcd-endpoint.ts';

/** A key as the store holds it; with a lease it disappears when that does. */
export interface StoredKey extends KeyValue {
  readonly leaseId: string | null;
}

const FIRST_SURROGATE = 0xd800;

/** UTF-8 keeps the order of code points, while UTF-16 puts those that need surrogates before U+E000. */
function weight(unit: number): number {
  if (unit < FIRST_SURROGATE) return unit;
  return unit < 0xe000 ? unit + 0x2000 : unit - 0x800;
}

/** Orders keys as etcd does, by their bytes. */
export function compareKeys(left: string, right: string): number {
  const length = Math.min(left.length, right.length);
  for (let at = 0; at < length; at += 1) {
    const difference = weight(left.charCodeAt(at)) - weight(right.charCodeAt(at));
    if (difference !== 0) return difference;
  }
  return left.length - right.length;
}

/** Where `key` is in the sorted `keys`, or would have to be. */
function placeOf(keys: readonly StoredKey[], key: string): number {
  let low = 0;
  let high = keys.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const entry = keys[middle];
    if (entry !== undefined && compareKeys(entry.key, key) < 0) low = middle + 1;
    else high = middle;
  }
  return low;
}

export function findKey(keys: readonly StoredKey[], key: string): StoredKey | null {
  const entry = keys[placeOf(keys, key)];
  return entry !== undefined && entry.key === key ? entry : null;
}

/** The keys that begin with `prefix`, in order. */
export function keysUnder(keys: readonly StoredKey[], prefix: string): readonly StoredKey[] {
  const start = placeOf(keys, prefix);
  let end = start;
  while (keys[end]?.key.startsWith(prefix) === true) end += 1;
  return keys.slice(start, end);
}

/** Sorted keys with one more, or another value. */
export function withKey(keys: readonly StoredKey[], entry: StoredKey): readonly StoredKey[] {
  const at = placeOf(keys, entry.key);
  return keys.toSpliced(at, keys[at]?.key === entry.key ? 1 : 0, entry);
}
