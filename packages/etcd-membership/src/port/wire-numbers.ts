/** Turns a member id from the wire (a decimal uint64) into the form that etcdctl prints. */
export function memberIdFromWire(decimal: string): string {
  return BigInt(decimal).toString(16);
}

/** Turns a member id as etcdctl prints it into the decimal uint64 of the wire. */
export function memberIdToWire(hexadecimal: string): string {
  return BigInt(`0x${hexadecimal}`).toString(10);
}

/** Indexes, revisions and sizes stay far below 2^53 in the life of a cluster; past it they could not be compared. */
export function safeNumberFromWire(decimal: string): number {
  const number = Number(decimal);
  if (!Number.isSafeInteger(number)) throw new RangeError(`not a safe integer: ${decimal}`);
  return number;
}
