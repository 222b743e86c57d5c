import { createHash, X509Certificate } from 'node:crypto';
import fc from 'fast-check';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { deriveClusterKeys } from './index.ts';

const secret = 'correct horse battery staple';
const appName = 'myapp-postgres';

/** Every node of every release must derive these; a change here locks new nodes out of running clusters. */
const golden = {
  caPem: `-----BEGIN CERTIFICATE-----
MIIBeTCCAR6gAwIBAgIBATAKBggqhkjOPQQDAjAhMR8wHQYDVQQDExZmbHV4LXBn
IG15YXBwLXBvc3RncmVzMCAXDTIwMDEwMTAwMDAwMFoYDzk5OTkxMjMxMjM1OTU5
WjAhMR8wHQYDVQQDExZmbHV4LXBnIG15YXBwLXBvc3RncmVzMFkwEwYHKoZIzj0C
AQYIKoZIzj0DAQcDQgAEviuljkz9WFgWClRqPr6xguWPFlXYaLEBL0gJSVZ3XxPp
J4nG44PXAIW6S6Ai7+cH5ugONV0+kOwoC6ohbD7Am6NFMEMwEgYDVR0TAQH/BAgw
BgEB/wIBADAOBgNVHQ8BAf8EBAMCAQYwHQYDVR0OBBYEFA7RvOwGoKNUbceHhGIS
n2Rog815MAoGCCqGSM49BAMCA0kAMEYCIQDIkQOgaYCCKPn0lfI8MaYuAAsikMY1
9seVEKw4Bzo9AAIhAM3wKcybXVQ6ZemVHkPGtr3ORJNluw/bNBUs5tOBlZtA
-----END CERTIFICATE-----
`,
  caSha256: 'E5:7E:BE:17:A2:DA:CB:F8:37:BA:58:28:CB:D0:C7:A4:28:32:58:83:57:39:8A:84:B0:8E:7F:3E:B0:DE:E7:9E',
  // The key itself is a digest here, so that no private key, not even this one, stands in the repository.
  caKeySha256: 'e4924205860cce6a6efa0152e46c0de04a2190a38681c2c24adfcecb5181d547',
  statusKeyHex: 'd2f272326100af9fb4453f5040655d2877882402c8f5d1dc2ac33359650ac53c',
  apiPassword: 'tsgxG_YXHcC7PZZ8qMGkdNDHzy_BicaC',
  fingerprint: '3aa110eb2be9ba3b',
};

function parts(keys: Awaited<ReturnType<typeof deriveClusterKeys>>): readonly string[] {
  return [
    keys.ca.certificatePem,
    keys.ca.privateKeyPem,
    Buffer.from(keys.statusKey).toString('hex'),
    keys.api.password,
    keys.fingerprint,
  ];
}

afterEach(() => {
  vi.useRealTimers();
});

describe('deriveClusterKeys', () => {
  test('a secret and a name give exactly these keys', async () => {
    const keys = await deriveClusterKeys({ secret, appName });
    expect(keys.ca.certificatePem).toBe(golden.caPem);
    expect(new X509Certificate(keys.ca.certificatePem).fingerprint256).toBe(golden.caSha256);
    expect(createHash('sha256').update(keys.ca.privateKeyPem).digest('hex')).toBe(golden.caKeySha256);
    expect(Buffer.from(keys.statusKey).toString('hex')).toBe(golden.statusKeyHex);
    expect(keys.api).toEqual({ username: 'flux-pg', password: golden.apiPassword });
    expect(keys.fingerprint).toBe(golden.fingerprint);
  });

  test.each(['1970-01-01T00:00:00Z', '2100-02-28T23:59:59Z'])(
    'a clock at %s changes nothing',
    async (now) => {
      vi.useFakeTimers({ toFake: ['Date'], now: new Date(now) });
      const keys = await deriveClusterKeys({ secret, appName });
      expect(new Date().toISOString()).toMatch(now.slice(0, 19));
      expect(keys.ca.certificatePem).toBe(golden.caPem);
      expect(keys.fingerprint).toBe(golden.fingerprint);
    },
  );

  test.each([
    ['secret', { secret: `${secret} `, appName }],
    ['name', { secret, appName: 'myapp-postgre5' }],
    // Neither may run into the other.
    ['border between both', { secret: `${secret}m`, appName: appName.slice(1) }],
  ])('another %s changes every key', async (_title, input) => {
    const [before, after] = await Promise.all([
      deriveClusterKeys({ secret, appName }),
      deriveClusterKeys(input),
    ]);
    const known = parts(before);
    expect(parts(after).filter((part) => known.includes(part))).toEqual([]);
  });

  test('any text is a valid secret, and no part of the result shows it', async () => {
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: 'binary', minLength: 8, maxLength: 200 }), async (text) => {
        const keys = await deriveClusterKeys({ secret: text, appName });
        expect(keys.fingerprint).toMatch(/^[0-9a-f]{16}$/);
        expect(keys.api.password).toMatch(/^[\w-]{32}$/);
        expect(keys.statusKey).toHaveLength(32);
        expect(JSON.stringify(parts(keys))).not.toContain(text);
      }),
      { numRuns: 5 },
    );
  }, 60_000);

  test.each([
    { secret: '', appName },
    { secret, appName: '' },
  ])('an empty secret or name is refused: %o', async (input) => {
    await expect(deriveClusterKeys(input)).rejects.toMatchObject({
      name: 'PkiError',
      code: 'invalid-input',
      message: expect.not.stringContaining(secret),
    });
  });
});
