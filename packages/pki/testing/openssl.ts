import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Runs `openssl` with files made of texts; it is required, so a machine without it fails. Throws what it complains of. */
export function openssl(
  args: (path: (name: string) => string) => readonly string[],
  files: Readonly<Record<string, string>>,
): string {
  const directory = mkdtempSync(join(tmpdir(), 'pki-'));
  try {
    for (const [name, text] of Object.entries(files)) writeFileSync(join(directory, name), text);
    const paths = args((name) => join(directory, name));
    return execFileSync('openssl', paths, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
  } finally {
    rmSync(directory, { recursive: true });
  }
}

/** Verifies a chain of two as strictly as OpenSSL can, for a purpose: `sslserver` or `sslclient`. */
export function verifyChain(caPem: string, leafPem: string, purpose: string): string {
  return openssl(
    (path) => ['verify', '-x509_strict', '-purpose', purpose, '-CAfile', path('ca.pem'), path('leaf.pem')],
    { 'ca.pem': caPem, 'leaf.pem': leafPem },
  );
}

/** A certificate in words. */
export function describeCertificate(pem: string): string {
  return openssl((path) => ['x509', '-noout', '-text', '-in', path('certificate.pem')], {
    'certificate.pem': pem,
  });
}
