export type { CertificateAuthority } from './authority.ts';
export { type ClientCertificateRequest, issueClientCertificate } from './client-certificate.ts';
export { type ClusterKeys, deriveClusterKeys } from './cluster-keys.ts';
export type { IssuedCertificate } from './leaf-certificate.ts';
export { needsRenewal } from './needs-renewal.ts';
export { issueNodeCertificate, type NodeCertificateRequest } from './node-certificate.ts';
export { PkiError, type PkiErrorCode } from './pki-error.ts';
