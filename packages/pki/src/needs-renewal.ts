import { X509Certificate } from 'node:crypto';
import { PkiError } from './pki-error.ts';

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
