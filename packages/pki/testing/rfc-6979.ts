import { createECDH, createHash, createHmac } from 'node:crypto';

const ORDER = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;

function toNumber(bytes: Uint8Array): bigint {
  return BigInt(`0x${Buffer.from(bytes).toString('hex')}`);
}

function toBytes(value: bigint): Buffer {
  return Buffer.from(value.toString(16).padStart(64, '0'), 'hex');
}

/** 1 / value modulo the order, which is prime. */
function inverse(value: bigint): bigint {
  let result = 1n;
  let base = value % ORDER;
  for (let exponent = ORDER - 2n; exponent > 0n; exponent >>= 1n) {
    if ((exponent & 1n) === 1n) result = (result * base) % ORDER;
    base = (base * base) % ORDER;
  }
  return result;
}

/** The nonce of RFC 6979, section 3.2, for P-256 and SHA-256. */
function nonceOf(scalar: bigint, hash: bigint): bigint {
  const seed = Buffer.concat([toBytes(scalar), toBytes(hash % ORDER)]);
  const hmac = (key: Buffer, ...parts: Buffer[]) =>
    createHmac('sha256', key).update(Buffer.concat(parts)).digest();
  let v: Buffer = Buffer.alloc(32, 1);
  let k = hmac(Buffer.alloc(32), v, Buffer.from([0]), seed);
  v = hmac(k, v);
  k = hmac(k, v, Buffer.from([1]), seed);
  v = hmac(k, v);
  for (;;) {
    v = hmac(k, v);
    const nonce = toNumber(v);
    if (nonce > 0n && nonce < ORDER) return nonce;
    k = hmac(k, v, Buffer.from([0]));
    v = hmac(k, v);
  }
}

/** The one signature that RFC 6979 allows, computed without the library under test; 64 bytes, r then s. */
export function deterministicSignature(scalar: bigint, message: Uint8Array): Buffer {
  const hash = toNumber(createHash('sha256').update(message).digest());
  const nonce = nonceOf(scalar, hash);
  const curve = createECDH('prime256v1');
  curve.setPrivateKey(toBytes(nonce));
  const r = toNumber(curve.getPublicKey().subarray(1, 33)) % ORDER;
  const s = (inverse(nonce) * ((hash + r * scalar) % ORDER)) % ORDER;
  return Buffer.concat([toBytes(r), toBytes(s)]);
}

/** r and s as DER writes them: SEQUENCE { INTEGER, INTEGER }. */
export function derSignature(signature: Buffer): Buffer {
  const integer = (bytes: Buffer): Buffer => {
    const short = bytes.subarray(bytes.findIndex((byte) => byte !== 0));
    const body = (short[0] ?? 0) >= 0x80 ? Buffer.concat([Buffer.from([0]), short]) : short;
    return Buffer.concat([Buffer.from([2, body.length]), body]);
  };
  const both = Buffer.concat([integer(signature.subarray(0, 32)), integer(signature.subarray(32))]);
  return Buffer.concat([Buffer.from([0x30, both.length]), both]);
}
