import { text } from 'node:stream/consumers';
import { deriveClusterKeys, issueNodeCertificate } from '@flux-pg/pki';
import { type DerivedKeys, derivationRequestSchema } from './derivation.ts';

/**
 * A process of its own, ended when it has answered: stretching the secret takes 64 MB and the certificate library 20 MB
 * more, which the agent would otherwise keep for its whole life. Both ways through pipes, so that no secret shows in
 * arguments or files.
 */
const request = derivationRequestSchema.parse(JSON.parse(await text(process.stdin)));
const keys = await deriveClusterKeys(request);
const certificate = await issueNodeCertificate({
  ca: keys.ca,
  commonName: request.memberName,
  dnsNames: [request.memberName, 'localhost'],
  ipAddresses: ['127.0.0.1'],
  validityDays: request.validityDays,
  now: new Date(),
});
const derived: DerivedKeys = {
  caCertificatePem: keys.ca.certificatePem,
  statusKeyHex: Buffer.from(keys.statusKey).toString('hex'),
  api: keys.api,
  fingerprint: keys.fingerprint,
  certificatePem: certificate.certificatePem,
  privateKeyPem: certificate.privateKeyPem,
};
process.stdout.write(JSON.stringify(derived));
