import { createHash, hkdfSync, scrypt } from 'node:crypto';
import { p256 } from '@noble/curves/nist.js';
import { type CertificateAuthority, createAuthority } from './authority.ts';
import { PkiError } from './pki-error.ts';

/**
 * scrypt's cost: 2^16 blocks of 1 kB, 64 MB and some 200 ms on a small server. Guessing a passphrase costs that much for
 * each guess; a node pays it once per start of its agent.
 */
const SCRYPT = { N: 2 ** 16, r: 8, p: 1, maxmem: 160 * 1024 * 1024 } as const;
const MASTER_BYTES = 32;

/** Everything that a cluster derives from its secret. The same on every node, whatever its clock says. */
export interface ClusterKeys {
  readonly ca: CertificateAuthority;
  /** Key of the HMACs by which nodes authenticate their status, 32 bytes. */
  readonly statusKey: Uint8Array;
  /** Credentials of Patroni's REST API. */
  readonly api: { readonly username: string; readonly password: string };
  /** Tells whether two nodes hold the same secret, and nothing about it; 16 hexadecimal characters. */
  readonly fingerprint: string;
}

function stretch(secret: string, appName: string): Promise<Buffer> {
  // The name as salt keeps one passphrase used for two apps from giving one key, and one table of guesses from serving both.
  const salt = createHash('sha256').update(`flux-pg/1 ${appName}`).digest();
  return new Promise((resolve, reject) => {
    scrypt(Buffer.from(secret, 'utf8'), salt, MASTER_BYTES, SCRYPT, (error, key) => {
      if (error === null) resolve(key);
      else reject(new PkiError('crypto', 'the cluster secret cannot be stretched', error));
    });
  });
}

/** One key per purpose, so that none tells anything about another. */
function derive(master: Buffer, purpose: string, bytes: number): Buffer {
  return Buffer.from(hkdfSync('sha256', master, Buffer.alloc(0), `flux-pg/1 ${purpose}`, bytes));
}

/** A private scalar between 1 and n − 1: 48 bytes for an order of 32 leave a bias below 2^-128. */
function privateScalar(master: Buffer): Uint8Array {
  const { Fn } = p256.Point;
  const wide = BigInt(`0x${derive(master, 'certificate authority', 48).toString('hex')}`);
  return Fn.toBytes((wide % (Fn.ORDER - 1n)) + 1n);
}

/**
 * Derives a cluster's keys from its secret and the app's name.
 * @throws PkiError `invalid-input` for an empty secret or name
 */
export async function deriveClusterKeys(input: {
  readonly secret: string;
  readonly appName: string;
}): Promise<ClusterKeys> {
  const { secret, appName } = input;
  if (secret === '' || appName === '')
    throw new PkiError('invalid-input', 'secret and app name must not be empty');
  const master = await stretch(secret, appName);
  return {
    ca: await createAuthority({ privateScalar: privateScalar(master), appName }),
    statusKey: derive(master, 'node status', 32),
    api: { username: 'flux-pg', password: derive(master, 'rest api', 24).toString('base64url') },
    fingerprint: derive(master, 'fingerprint', 8).toString('hex'),
  };
}
