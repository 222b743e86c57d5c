import { x509 } from './certificate-library.ts';
import { type IssuedCertificate, issueLeaf, type LeafRequest } from './leaf-certificate.ts';

/** What a client's certificate shall say. */
export type ClientCertificateRequest = LeafRequest;

/**
 * Issues a certificate that can only call, without any name of a host. etcd compares the addresses that a caller's
 * certificate names with where the call comes from, which address translation breaks; it skips that for one without names.
 * @throws PkiError `invalid-input` for no common name or a validity below a day or beyond X.509
 */
export async function issueClientCertificate(request: ClientCertificateRequest): Promise<IssuedCertificate> {
  return await issueLeaf(request, [new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.clientAuth])]);
}
