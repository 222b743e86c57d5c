import { text } from 'node:stream/consumers';
import {
  deriveClusterKeys,
  type IssuedCertificate,
  issueClientCertificate,
  issueNodeCertificate,
} from '@flux-pg/pki';
import { type DerivedKeys, derivationRequestSchema } from './derivation.ts';

/**
 * A process of its own, ended when it has answered: stretching the secret takes 64 MB and the certificate library 20 MB
 * more, which the agent would otherwise keep for its whole life. Both ways through pipes, so that no secret shows in
 * arguments or files.
 */
const request = derivationRequestSchema.parse(JSON.parse(await text(process.stdin)));
const keys = await deriveClusterKeys(request);
const subject = {
  ca: keys.ca,
  commonName: request.memberName,
  validityDays: request.validityDays,
  now: new Date(),
};

function pems({ certificatePem, privateKeyPem }: IssuedCertificate) {
  return { certificatePem, privateKeyPem };
}

const derived: DerivedKeys = {
  caCertificatePem: keys.ca.certificatePem,
  statusKeyHex: Buffer.from(keys.statusKey).toString('hex'),
  api: keys.api,
  fingerprint: keys.fingerprint,
  node: pems(
    await issueNodeCertificate({
      ...subject,
      dnsNames: [request.memberName, 'localhost'],
      ipAddresses: ['127.0.0.1'],
    }),
  ),
  peer: pems(await issueClientCertificate(subject)),
};
process.stdout.write(JSON.stringify(derived));
