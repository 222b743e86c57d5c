import { randomBytes, X509Certificate } from 'node:crypto';
import { isIP } from 'node:net';
// The certificate library's container of parsers needs it loaded first.
import 'reflect-metadata';
import * as x509 from '@peculiar/x509';
import { type CertificateAuthority, importSigningKey, SIGNATURE } from './authority.ts';
import { PkiError } from './pki-error.ts';

const DAY_MS = 86_400_000;
const SERIAL_BYTES = 16;

/** What a node's certificate shall say. */
export interface NodeCertificateRequest {
  readonly ca: CertificateAuthority;
  readonly commonName: string;
  readonly dnsNames: readonly string[];
  readonly ipAddresses: readonly string[];
  readonly validityDays: number;
  readonly now: Date;
}

/** A node's key and certificate, for servers and clients alike. */
export interface IssuedCertificate {
  readonly certificatePem: string;
  readonly privateKeyPem: string;
  readonly notAfter: Date;
}

/** A clock may be ahead of its peers' by up to this, else a fresh certificate would not be valid there yet. */
const CLOCK_SKEW_MS = DAY_MS;

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

/**
 * Issues a certificate for a new random key.
 * @throws PkiError `invalid-input` for no names, an invalid address or a validity below a day
 */
export async function issueNodeCertificate(request: NodeCertificateRequest): Promise<IssuedCertificate> {
  const { ca, dnsNames, ipAddresses, validityDays, now } = request;
  if (dnsNames.length + ipAddresses.length === 0)
    throw new PkiError('invalid-input', 'a certificate needs a name');
  const wrong = ipAddresses.find((address) => isIP(address) === 0);
  if (wrong !== undefined) throw new PkiError('invalid-input', `${wrong} is no IP address`);
  if (!(validityDays >= 1)) throw new PkiError('invalid-input', 'a certificate is valid for at least a day');
  const authority = new x509.X509Certificate(ca.certificatePem);
  const keys = await crypto.subtle.generateKey(SIGNATURE, true, ['sign', 'verify']);
  const notAfter = new Date(now.getTime() + validityDays * DAY_MS);
  const certificate = await x509.X509CertificateGenerator.create(
    {
      serialNumber: serialNumber(),
      subject: [{ CN: [request.commonName.slice(0, 64)] }],
      issuer: authority.subjectName,
      notBefore: new Date(now.getTime() - CLOCK_SKEW_MS),
      notAfter,
      signingAlgorithm: SIGNATURE,
      publicKey: keys.publicKey,
      signingKey: await importSigningKey(ca.privateKeyPem),
      extensions: [
        new x509.BasicConstraintsExtension(false, undefined, true),
        new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
        new x509.ExtendedKeyUsageExtension([
          x509.ExtendedKeyUsage.serverAuth,
          x509.ExtendedKeyUsage.clientAuth,
        ]),
        new x509.SubjectAlternativeNameExtension([
          ...dnsNames.map((value) => ({ type: 'dns' as const, value })),
          ...ipAddresses.map((value) => ({ type: 'ip' as const, value })),
        ]),
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
    notAfter,
  };
}

/**
 * Whether a certificate should be replaced: a third of its life or less is left, or it lacks a name it should have.
 * @throws PkiError `unreadable-certificate`
 */
export function needsRenewal(input: {
  readonly certificatePem: string;
  readonly dnsNames: readonly string[];
  readonly now: Date;
}): boolean {
  let certificate: X509Certificate;
  try {
    certificate = new X509Certificate(input.certificatePem);
  } catch (cause) {
    throw new PkiError('unreadable-certificate', 'the certificate cannot be read', cause);
  }
  const from = Date.parse(certificate.validFrom);
  const to = Date.parse(certificate.validTo);
  const names = new Set((certificate.subjectAltName ?? '').split(', '));
  return (
    to - input.now.getTime() <= (to - from) / 3 || input.dnsNames.some((name) => !names.has(`DNS:${name}`))
  );
}
