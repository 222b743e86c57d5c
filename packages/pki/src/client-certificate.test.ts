import { X509Certificate } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { anAuthority } from '../testing/an-authority.ts';
import { describeCertificate, verifyChain } from '../testing/openssl.ts';
import { issueClientCertificate } from './index.ts';

const ca = await anAuthority();
const request = { ca, commonName: '6f1c-a1.fluxpg', validityDays: 30, now: new Date() };

describe('issueClientCertificate', () => {
  test('OpenSSL verifies it for clients and refuses it for servers', async () => {
    const { certificatePem } = await issueClientCertificate(request);
    expect(verifyChain(ca.certificatePem, certificatePem, 'sslclient')).toContain('OK');
    expect(() => verifyChain(ca.certificatePem, certificatePem, 'sslserver')).toThrow(/purpose/);
  });

  test('it names no host at all', async () => {
    const { certificatePem, notAfter } = await issueClientCertificate(request);
    const text = describeCertificate(certificatePem);
    expect(text).not.toContain('Subject Alternative Name');
    expect(text).toMatch(/Extended Key Usage: \n\s+TLS Web Client Authentication\n/);
    expect(text).toContain('Subject: CN = 6f1c-a1.fluxpg');
    expect(notAfter).toEqual(new Date(new X509Certificate(certificatePem).validTo));
  });

  test('its key is new each time', async () => {
    const [first, second] = await Promise.all([
      issueClientCertificate(request),
      issueClientCertificate(request),
    ]);
    expect(first.privateKeyPem).not.toBe(second.privateKeyPem);
  });

  test.each([{ commonName: '' }, { validityDays: 0 }])('%o is refused', async (differences) => {
    await expect(issueClientCertificate({ ...request, ...differences })).rejects.toMatchObject({
      name: 'PkiError',
      code: 'invalid-input',
    });
  });
});
