import { isIP } from 'node:net';
import { x509 } from './certificate-library.ts';
import { type IssuedCertificate, issueLeaf, type LeafRequest } from './leaf-certificate.ts';
import { PkiError } from './pki-error.ts';

/** What a node's certificate shall say. */
export interface NodeCertificateRequest extends LeafRequest {
  readonly dnsNames: readonly string[];
  readonly ipAddresses: readonly string[];
}

const DNS_NAME = /^[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)*$/;

function dnsName(value: string): { readonly type: 'dns'; readonly value: string } {
  if (!DNS_NAME.test(value)) throw new PkiError('invalid-input', `${JSON.stringify(value)} is no host name`);
  return { type: 'dns', value };
}

function ipAddress(value: string): { readonly type: 'ip'; readonly value: string } {
  if (isIP(value) === 4) return { type: 'ip', value };
  // The library misreads IPv6 addresses that end in IPv4 notation; a URL writes every form in hexadecimal.
  const url = `http://[${value}]`;
  if (isIP(value) === 0 || !URL.canParse(url))
    throw new PkiError('invalid-input', `${JSON.stringify(value)} is no IP address`);
  return { type: 'ip', value: new URL(url).hostname.slice(1, -1) };
}

/**
 * Issues a certificate by which a node serves under its names and calls others.
 * @throws PkiError `invalid-input` for no names or invalid ones, or a validity below a day or beyond X.509
 */
export async function issueNodeCertificate(request: NodeCertificateRequest): Promise<IssuedCertificate> {
  const names = [...request.dnsNames.map(dnsName), ...request.ipAddresses.map(ipAddress)];
  if (names.length === 0) throw new PkiError('invalid-input', 'a certificate needs a name');
  return await issueLeaf(request, [
    new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.serverAuth, x509.ExtendedKeyUsage.clientAuth]),
    new x509.SubjectAlternativeNameExtension(names),
  ]);
}
