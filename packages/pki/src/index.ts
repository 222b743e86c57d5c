export type { CertificateAuthority } from './authority.ts';
export { type ClusterKeys, deriveClusterKeys } from './cluster-keys.ts';
export {
  type IssuedCertificate,
  issueNodeCertificate,
  type NodeCertificateRequest,
  needsRenewal,
} from './node-certificate.ts';
export { PkiError, type PkiErrorCode } from './pki-error.ts';
