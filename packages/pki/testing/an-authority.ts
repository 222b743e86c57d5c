import { createHash } from 'node:crypto';
import { type CertificateAuthority, createAuthority } from '../src/authority.ts';

/** An authority without the stretching of a secret, which takes most of the time; one per name of a key. */
export function anAuthority(key = 'ours', appName = 'myapp'): Promise<CertificateAuthority> {
  // A digest is below the order of P-256 but for one in 2^32, and the names here are fixed.
  const privateScalar = createHash('sha256').update(key).digest();
  return createAuthority({ privateScalar, appName });
}
