import { deriveClusterKeys, issueNodeCertificate } from '@flux-pg/pki';
import { describe, expect, test } from 'vitest';
import { aPrimary } from '../testing/bodies.ts';
import { answering, loopbackServer } from '../testing/loopback-server.ts';
import { PatroniClient, type PatroniClientOptions } from './index.ts';

type Tls = NonNullable<PatroniClientOptions['tls']>;

async function material(secret: string, names: { dns: string; ip: string }) {
  const { ca } = await deriveClusterKeys({ secret, appName: 'myapp' });
  const { certificatePem, privateKeyPem } = await issueNodeCertificate({
    ca,
    commonName: names.dns,
    dnsNames: [names.dns],
    ipAddresses: [names.ip],
    validityDays: 30,
    now: new Date(),
  });
  return { ca: ca.certificatePem, cert: certificatePem, key: privateKeyPem };
}

const ours = await material('our secret', { dns: 'node1.fluxpg', ip: '127.0.0.1' });
const elsewhere = await material('our secret', { dns: 'node2.fluxpg', ip: '127.0.53.1' });
const foreign = await material('another secret', { dns: 'node1.fluxpg', ip: '127.0.0.1' });

async function roleOver(serverTls: Parameters<typeof loopbackServer>[1], tls: Tls): Promise<string> {
  await using server = await loopbackServer(answering(aPrimary()), serverTls);
  await using client = new PatroniClient({ baseUrl: server.url, requestTimeoutMs: 2000, tls });
  return (await client.status()).role;
}

describe('TLS', () => {
  test('a server of our authority is trusted under its address', async () => {
    expect(await roleOver(ours, { ca: ours.ca })).toBe('primary');
  });

  test('a server elsewhere is trusted under the name that is asked for', async () => {
    expect(await roleOver(elsewhere, { ca: ours.ca, serverName: 'node2.fluxpg' })).toBe('primary');
    await expect(roleOver(elsewhere, { ca: ours.ca })).rejects.toMatchObject({
      code: 'network',
      reason: expect.stringContaining('ERR_TLS_CERT_ALTNAME_INVALID'),
    });
    await expect(roleOver(ours, { ca: ours.ca, serverName: 'node2.fluxpg' })).rejects.toMatchObject({
      code: 'network',
    });
  });

  test('a server of another authority is refused', async () => {
    await expect(roleOver(foreign, { ca: ours.ca })).rejects.toMatchObject({ code: 'network' });
  });

  test('a server that asks for a certificate gets it, and refuses a caller without one', async () => {
    const mutual = { ...ours, requestCert: true, rejectUnauthorized: true };
    const { ca, cert, key } = elsewhere;
    expect(await roleOver(mutual, { ca, cert, key })).toBe('primary');
    await expect(roleOver(mutual, { ca })).rejects.toMatchObject({ code: 'network' });
    await expect(roleOver(mutual, { ca, cert: foreign.cert, key: foreign.key })).rejects.toMatchObject({
      code: 'network',
    });
  });

  test('no error shows the key', async () => {
    const error = await roleOver(foreign, ours).catch((caught: unknown) => caught);
    const secret = ours.key.split('\n')[1] ?? '';
    expect(secret.length).toBeGreaterThan(20);
    expect(`${String(error)} ${JSON.stringify(error)}`).not.toContain(secret);
  });
});
