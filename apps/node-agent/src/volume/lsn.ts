/** An LSN as PostgreSQL prints it: two hexadecimal halves of 32 bits. */
const LSN = /^([0-9A-Fa-f]{1,8})\/([0-9A-Fa-f]{1,8})$/;

/** The number that an LSN text stands for, or null for what is no LSN. */
export function parseLsn(text: string): bigint | null {
  const match = LSN.exec(text);
  if (match?.[1] === undefined || match[2] === undefined) return null;
  return (BigInt(`0x${match[1]}`) << 32n) | BigInt(`0x${match[2]}`);
}

/** As PostgreSQL prints it, without leading zeros. */
export function formatLsn(position: bigint): string {
  const half = (value: bigint) => value.toString(16).toUpperCase();
  return `${half(position >> 32n)}/${half(position & 0xffff_ffffn)}`;
}

/**
 * Orders two LSN texts by position: as texts `0/9` would come after `0/10`.
 * @throws RangeError for what is no LSN, since no place in an order is right for it
 */
export function compareLsn(left: string, right: string): number {
  const [a, b] = [parseLsn(left), parseLsn(right)];
  if (a === null || b === null) throw new RangeError(`no LSN: ${a === null ? left : right}`);
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
