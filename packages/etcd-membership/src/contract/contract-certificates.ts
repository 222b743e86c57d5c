import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { deriveClusterKeys, issueNodeCertificate } from '@flux-pg/pki';

/** The name in every certificate of the contract, whatever the address. */
export const SERVER_NAME = 'contract.fluxpg';

/** What a client needs for mutual TLS. */
export interface ClientTls {
  readonly ca: string;
  readonly cert: string;
  readonly key: string;
  readonly serverName: string;
}

/** Derives an authority from a secret and issues one certificate, for servers, peers and clients. */
export async function issueTls(secret: string, ipAddresses: readonly string[]): Promise<ClientTls> {
  const { ca } = await deriveClusterKeys({ secret, appName: 'contract' });
  const issued = await issueNodeCertificate({
    ca,
    commonName: SERVER_NAME,
    dnsNames: [SERVER_NAME],
    ipAddresses,
    validityDays: 1,
    now: new Date(),
  });
  return {
    ca: ca.certificatePem,
    cert: issued.certificatePem,
    key: issued.privateKeyPem,
    serverName: SERVER_NAME,
  };
}

/** A directory on this host to be mounted into containers. */
export async function createCertificateFolder(): Promise<
  AsyncDisposable & {
    readonly path: string;
    write(tls: ClientTls): Promise<void>;
  }
> {
  const path = await mkdtemp(join(tmpdir(), 'etcd-contract-'));
  return {
    path,
    write: async ({ ca, cert, key }) => {
      await writeFile(join(path, 'ca.pem'), ca);
      await writeFile(join(path, 'node.pem'), cert);
      await writeFile(join(path, 'node.key'), key, { mode: 0o600 });
    },
    [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }),
  };
}
