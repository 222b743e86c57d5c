import { describe, expect, test } from 'vitest';
import { anAuthority } from '../testing/an-authority.ts';
import { type End, handshake } from '../testing/handshake.ts';
import { type CertificateAuthority, issueClientCertificate, issueNodeCertificate } from './index.ts';

const ours = await anAuthority();
const foreign = await anAuthority('foreign');
const now = new Date();

async function aNode(name: string, ca: CertificateAuthority = ours): Promise<End> {
  const shows = await issueNodeCertificate({
    ca,
    commonName: name,
    dnsNames: [name, 'localhost'],
    ipAddresses: ['127.0.0.1'],
    validityDays: 30,
    now,
  });
  return { caPem: ca.certificatePem, shows };
}

describe('mutual TLS', () => {
  test('two nodes of one cluster trust each other, by address and by name', async () => {
    const [server, client] = await Promise.all([aNode('a.fluxpg'), aNode('b.fluxpg')]);
    await expect(handshake({ server, client })).resolves.toBe('hello b.fluxpg');
    await expect(handshake({ server, client, serverName: 'a.fluxpg' })).resolves.toBe('hello b.fluxpg');
  });

  test('a client certificate is enough to call, and not enough to serve', async () => {
    const node = await aNode('a.fluxpg');
    const shows = await issueClientCertificate({ ca: ours, commonName: 'b.fluxpg', validityDays: 30, now });
    const caller: End = { caPem: ours.certificatePem, shows };
    await expect(handshake({ server: node, client: caller })).resolves.toBe('hello b.fluxpg');
    await expect(handshake({ server: caller, client: node })).rejects.toThrow(/purpose/);
  });

  test('a name that the certificate does not hold is refused', async () => {
    const [server, client] = await Promise.all([aNode('a.fluxpg'), aNode('b.fluxpg')]);
    await expect(handshake({ server, client, serverName: 'c.fluxpg' })).rejects.toMatchObject({
      code: 'ERR_TLS_CERT_ALTNAME_INVALID',
    });
  });

  test('a node of another secret is refused by servers and by clients', async () => {
    const [node, stranger] = await Promise.all([aNode('a.fluxpg'), aNode('b.fluxpg', foreign)]);
    // Each case lets the other side trust the stranger, so that only the side in question refuses.
    const trusting = { ...node, caPem: foreign.certificatePem };
    const trusted = { ...stranger, caPem: ours.certificatePem };
    await expect(handshake({ server: node, client: trusted })).rejects.toThrow(/refused|ECONNRESET/);
    await expect(handshake({ server: trusted, client: node })).rejects.toMatchObject({
      code: expect.stringMatching(/SELF_SIGNED|UNABLE_TO_VERIFY|UNABLE_TO_GET_ISSUER/),
    });
    await expect(handshake({ server: stranger, client: trusting })).rejects.toThrow(/refused|ECONNRESET/);
  });

  test('a caller without a certificate is refused', async () => {
    const server = await aNode('a.fluxpg');
    await expect(handshake({ server, client: { caPem: ours.certificatePem } })).rejects.toThrow(
      /certificate required|refused|ECONNRESET/,
    );
  });
});
