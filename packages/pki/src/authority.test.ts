import { createHash, X509Certificate } from 'node:crypto';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { anAuthority } from '../testing/an-authority.ts';
import { describeCertificate, verifyChain } from '../testing/openssl.ts';
import { derSignature, deterministicSignature } from '../testing/rfc-6979.ts';
import { createAuthority } from './authority.ts';
import { x509 } from './certificate-library.ts';
import { issueNodeCertificate } from './index.ts';

test('the yardstick gives the signature that RFC 6979 prints for P-256 and "sample"', () => {
  const scalar = 0xc9afa9d845ba75166b5c215767b1d6934e50c3db36e89b127b8a622b120f6721n;
  expect(deterministicSignature(scalar, Buffer.from('sample')).toString('hex')).toBe(
    'efd48b2aacb6a8fd1140dd9cd45e81d69d2c877b56aaf991c34d0ea84eaf3716' +
      'f7cb1c942d657c41d436c7a1b6e29f65f3e900dbb9aff4064dc4ab2f843acda8',
  );
});

test('the authority is signed as RFC 6979 says, so that every node makes the same bytes', async () => {
  // Some of these signatures have the high bit set, some a high s: both change the encoding.
  for (const name of ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h']) {
    const privateScalar = createHash('sha256').update(name).digest();
    const scalar = BigInt(`0x${privateScalar.toString('hex')}`);
    const { certificatePem } = await createAuthority({ privateScalar, appName: 'myapp' });
    const certificate = new x509.X509Certificate(certificatePem);
    const raw = Buffer.from(certificate.rawData);
    // Certificate ::= SEQUENCE (long form, two bytes of length) { what is signed (likewise), … }
    const signed = raw.subarray(4, 4 + 4 + raw.readUInt16BE(6));
    expect(Buffer.from(certificate.signature).toString('hex')).toBe(
      derSignature(deterministicSignature(scalar, signed)).toString('hex'),
    );
    expect((await anAuthority(name)).certificatePem).toBe(certificatePem);
  }
});

test('it is an authority for leaves alone, valid from 2020 to the end of X.509', async () => {
  const { certificatePem, privateKeyPem } = await anAuthority();
  const text = describeCertificate(certificatePem);
  expect(text).toContain('CA:TRUE, pathlen:0');
  expect(text).toContain('Certificate Sign, CRL Sign');
  expect(text).toContain('Not Before: Jan  1 00:00:00 2020 GMT');
  expect(text).toContain('Not After : Dec 31 23:59:59 9999 GMT');
  expect(verifyChain(certificatePem, certificatePem, 'any')).toContain('OK');
  expect(privateKeyPem).toContain('-----BEGIN PRIVATE KEY-----');
  expect(new X509Certificate(certificatePem).ca).toBe(true);
});

test('any name of an app gives an authority whose leaves verify', async () => {
  await fc.assert(
    fc.asyncProperty(fc.string({ unit: 'grapheme', minLength: 1, maxLength: 40 }), async (appName) => {
      const ca = await createAuthority({ privateScalar: createHash('sha256').update('x').digest(), appName });
      const leaf = await issueNodeCertificate({
        ca,
        commonName: 'node',
        dnsNames: ['node'],
        ipAddresses: [],
        validityDays: 1,
        now: new Date(),
      });
      const issuer = new X509Certificate(ca.certificatePem);
      const certificate = new X509Certificate(leaf.certificatePem);
      expect(certificate.checkIssued(issuer) && certificate.verify(issuer.publicKey)).toBe(true);
    }),
    { numRuns: 50 },
  );
});
