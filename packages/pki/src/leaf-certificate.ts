import { randomBytes } from 'node:crypto';
import { type CertificateAuthority, importSigningKey, SIGNATURE, VALID_TO } from './authority.ts';
import { x509 } from './certificate-library.ts';
import { PkiError } from './pki-error.ts';

const DAY_MS = 86_400_000;
const SERIAL_BYTES = 16;
/** The longest common name that X.509 allows, in characters. */
const COMMON_NAME_LENGTH = 64;
/** A clock may be ahead of its peers' by up to this, else a fresh certificate would not be valid there yet. */
const CLOCK_SKEW_MS = DAY_MS;

/** A random key and the certificate for it. */
export interface IssuedCertificate {
  readonly certificatePem: string;
  /** PKCS#8. */
  readonly privateKeyPem: string;
  readonly notAfter: Date;
}

/** What every certificate below the authority needs. */
export interface LeafRequest {
  readonly ca: CertificateAuthority;
  /** Cut after 64 characters. */
  readonly commonName: string;
  /** From `now`; the certificate is valid a day before it, too. */
  readonly validityDays: number;
  readonly now: Date;
}

function pem(label: string, der: ArrayBuffer): string {
  const lines =
    Buffer.from(der)
      .toString('base64')
      .match(/.{1,64}/g) ?? [];
  return `-----BEGIN ${label}-----\n${lines.join('\n')}\n-----END ${label}-----\n`;
}

function serialNumber(): string {
  // Positive and without leading zeros, as DER wants it.
  const bytes = randomBytes(SERIAL_BYTES);
  bytes[0] = ((bytes[0] ?? 0) & 0x7f) | 0x40;
  return bytes.toString('hex');
}

function validityOf({ validityDays, now }: LeafRequest): {
  readonly notBefore: Date;
  readonly notAfter: Date;
} {
  if (!(validityDays >= 1)) throw new PkiError('invalid-input', 'a certificate is valid for at least a day');
  // Certificates count whole seconds, and what is returned shall be what they say.
  const issuedAtMs = Math.floor(now.getTime() / 1000) * 1000;
  const notAfterMs = issuedAtMs + Math.floor(validityDays * 86_400) * 1000;
  if (!(notAfterMs <= VALID_TO.getTime()))
    throw new PkiError('invalid-input', 'a certificate ends before the year 10000');
  return { notBefore: new Date(issuedAtMs - CLOCK_SKEW_MS), notAfter: new Date(notAfterMs) };
}

function readAuthority(certificatePem: string): x509.X509Certificate {
  try {
    return new x509.X509Certificate(certificatePem);
  } catch (cause) {
    throw new PkiError('invalid-input', "the authority's certificate cannot be read", cause);
  }
}

/**
 * Issues a certificate for a new random key, with the given extensions beside those that all leaves share.
 * @throws PkiError `invalid-input` for no common name, a validity below a day or beyond X.509, or an unusable authority
 */
export async function issueLeaf(
  request: LeafRequest,
  extensions: readonly x509.Extension[],
): Promise<IssuedCertificate> {
  const validity = validityOf(request);
  if (request.commonName === '') throw new PkiError('invalid-input', 'a certificate needs a common name');
  const signingKey = await importSigningKey(request.ca.privateKeyPem);
  const authority = readAuthority(request.ca.certificatePem);
  const keys = await crypto.subtle.generateKey(SIGNATURE, true, ['sign', 'verify']);
  const certificate = await x509.X509CertificateGenerator.create(
    {
      serialNumber: serialNumber(),
      subject: [{ CN: [request.commonName.slice(0, COMMON_NAME_LENGTH)] }],
      issuer: authority.subjectName,
      ...validity,
      signingAlgorithm: SIGNATURE,
      publicKey: keys.publicKey,
      signingKey,
      extensions: [
        new x509.BasicConstraintsExtension(false, undefined, true),
        new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
        ...extensions,
        await x509.AuthorityKeyIdentifierExtension.create(authority.publicKey, false, crypto),
        await x509.SubjectKeyIdentifierExtension.create(keys.publicKey, false, crypto),
      ],
    },
    crypto,
  );
  const privateKey = await crypto.subtle.exportKey('pkcs8', keys.privateKey);
  return {
    certificatePem: `${certificate.toString('pem')}\n`,
    privateKeyPem: pem('PRIVATE KEY', privateKey),
    notAfter: validity.notAfter,
  };
}
