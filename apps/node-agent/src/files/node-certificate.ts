import { chmod, chown, mkdir } from 'node:fs/promises';
import type { DerivedKeys } from '../keys/derivation.ts';
import { TLS_DIRECTORY, tlsFiles } from '../paths.ts';
import { writeAtomically } from '../volume/index.ts';

/** The certificate of this node: for etcd, for clients of etcd, and for the router's checks. */
export interface NodeCertificate {
  readonly current: () => { readonly cert: string; readonly key: string };
  /** Issues a new one when the member name has changed; etcd reads the files when it starts. */
  readonly ensureFor: (memberName: string) => Promise<void>;
}

/** Writes the certificates and their keys for the group that etcd, PostgreSQL and the router share. */
async function install(derived: DerivedKeys, groupId: number): Promise<void> {
  await mkdir(TLS_DIRECTORY, { recursive: true, mode: 0o750 });
  await chown(TLS_DIRECTORY, 0, groupId);
  await chmod(TLS_DIRECTORY, 0o750);
  const write = (path: string, text: string) =>
    writeAtomically(path, text, { mode: 0o640, owner: { uid: 0, gid: groupId } });
  const { caCertificatePem, node, peer } = derived;
  await Promise.all([
    write(tlsFiles.ca, caCertificatePem),
    write(tlsFiles.certificate, node.certificatePem),
    write(tlsFiles.key, node.privateKeyPem),
    write(tlsFiles.pem, `${node.certificatePem}${node.privateKeyPem}`),
    write(tlsFiles.peerCertificate, peer.certificatePem),
    write(tlsFiles.peerKey, peer.privateKeyPem),
  ]);
}

/** Takes the first certificate into use. */
export async function openCertificate(options: {
  readonly memberName: string;
  readonly derived: DerivedKeys;
  readonly groupId: number;
  readonly derive: (memberName: string) => Promise<DerivedKeys>;
}): Promise<NodeCertificate> {
  let { memberName, derived } = options;
  await install(derived, options.groupId);
  return {
    current: () => ({ cert: derived.node.certificatePem, key: derived.node.privateKeyPem }),
    ensureFor: async (wanted) => {
      if (wanted === memberName) return;
      derived = await options.derive(wanted);
      await install(derived, options.groupId);
      memberName = wanted;
    },
  };
}
