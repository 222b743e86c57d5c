import { X509Certificate } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { anAuthority } from '../testing/an-authority.ts';
import { describeCertificate, verifyChain } from '../testing/openssl.ts';
import { issueNodeCertificate, type NodeCertificateRequest } from './index.ts';

const ca = await anAuthority();
const now = new Date('2026-07-01T12:00:00.750Z');

function aRequest(differences: Partial<NodeCertificateRequest> = {}): NodeCertificateRequest {
  return {
    ca,
    commonName: '6f1c-a1.fluxpg',
    dnsNames: ['6f1c-a1.fluxpg', 'localhost'],
    ipAddresses: ['127.0.0.1', '::1'],
    validityDays: 30,
    now,
    ...differences,
  };
}

describe('issueNodeCertificate', () => {
  test('OpenSSL verifies it for servers and clients', async () => {
    const { certificatePem } = await issueNodeCertificate(aRequest({ now: new Date() }));
    expect(verifyChain(ca.certificatePem, certificatePem, 'sslserver')).toContain('OK');
    expect(verifyChain(ca.certificatePem, certificatePem, 'sslclient')).toContain('OK');
  });

  test.each(['myapp', 'another-app'])(
    'OpenSSL refuses it below an authority of another key for %s',
    async (appName) => {
      const other = await anAuthority('another secret', appName);
      const { certificatePem } = await issueNodeCertificate(aRequest({ now: new Date() }));
      expect(() => verifyChain(other.certificatePem, certificatePem, 'sslserver')).toThrow(
        /verification failed/,
      );
    },
  );

  test('it names the node and says what it may do', async () => {
    const text = describeCertificate((await issueNodeCertificate(aRequest())).certificatePem);
    expect(text).toContain('Issuer: CN = flux-pg myapp');
    expect(text).toContain('Subject: CN = 6f1c-a1.fluxpg');
    expect(text).toMatch(
      /DNS:6f1c-a1\.fluxpg, DNS:localhost, IP Address:127\.0\.0\.1, IP Address:0:0:0:0:0:0:0:1/,
    );
    expect(text).toMatch(/Key Usage: critical\s+Digital Signature\n/);
    expect(text).toMatch(
      /Extended Key Usage: \n\s+TLS Web Server Authentication, TLS Web Client Authentication/,
    );
    expect(text).toContain('CA:FALSE');
  });

  test('it is valid from a day ago for as long as asked, in whole seconds', async () => {
    const { certificatePem, notAfter } = await issueNodeCertificate(aRequest());
    const { validFrom, validTo } = new X509Certificate(certificatePem);
    expect(new Date(validFrom).toISOString()).toBe('2026-06-30T12:00:00.000Z');
    expect(new Date(validTo).toISOString()).toBe('2026-07-31T12:00:00.000Z');
    expect(notAfter).toEqual(new Date(validTo));
  });

  test('key and serial number are new each time', async () => {
    const issued = await Promise.all(Array.from({ length: 8 }, () => issueNodeCertificate(aRequest())));
    expect(new Set(issued.map(({ privateKeyPem }) => privateKeyPem)).size).toBe(8);
    const serials = issued.map(({ certificatePem }) => new X509Certificate(certificatePem).serialNumber);
    expect(new Set(serials).size).toBe(8);
    expect(serials.every((serial) => /^[4-7][0-9A-F]{31}$/.test(serial))).toBe(true);
  });

  test('any addresses and any validity are found in it again', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.uniqueArray(fc.oneof(fc.ipV4(), fc.ipV6()), { minLength: 1, maxLength: 5 }),
        fc.integer({ min: 1, max: 36_500 }),
        async (ipAddresses, validityDays) => {
          const issued = await issueNodeCertificate(aRequest({ ipAddresses, validityDays }));
          const certificate = new X509Certificate(issued.certificatePem);
          for (const address of ipAddresses) expect(certificate.checkIP(address)).toBe(address);
          expect(certificate.checkHost('6f1c-a1.fluxpg')).toBeDefined();
          expect(issued.notAfter.getTime()).toBe(Date.parse(certificate.validTo));
        },
      ),
      { numRuns: 50 },
    );
  });

  test('a long common name is cut, since X.509 allows 64 characters', async () => {
    const { certificatePem } = await issueNodeCertificate(aRequest({ commonName: 'n'.repeat(100) }));
    expect(new X509Certificate(certificatePem).subject).toBe(`CN=${'n'.repeat(64)}`);
  });

  test.each<readonly [title: string, differences: Partial<NodeCertificateRequest>]>([
    ['no names', { dnsNames: [], ipAddresses: [] }],
    ['no common name', { commonName: '' }],
    ['a host name among the addresses', { ipAddresses: ['127.0.0.1', 'localhost'] }],
    ['an address with a zone', { ipAddresses: ['fe80::1%eth0'] }],
    ['an empty host name', { dnsNames: [''] }],
    ['a host name that is none', { dnsNames: ['a.fluxpg', 'b, DNS:c'] }],
    ['a validity below a day', { validityDays: 0.5 }],
    ['a validity that is no number', { validityDays: Number.NaN }],
    ['a validity beyond what X.509 can name', { validityDays: 4_000_000 }],
    ['an endless validity', { validityDays: Number.POSITIVE_INFINITY }],
    ['a clock that gives no time', { now: new Date(Number.NaN) }],
    ['a key that is none', { ca: { ...ca, privateKeyPem: 'no key' } }],
    ['a certificate that is none', { ca: { ...ca, certificatePem: 'no certificate' } }],
  ])('%s is refused', async (_title, differences) => {
    await expect(issueNodeCertificate(aRequest(differences))).rejects.toMatchObject({
      name: 'PkiError',
      code: 'invalid-input',
    });
  });
});
