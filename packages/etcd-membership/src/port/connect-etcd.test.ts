import { createServer, type Server } from 'node:net';
import { deriveClusterKeys, issueNodeCertificate } from '@flux-pg/pki';
import { describe, expect, it, vi } from 'vitest';
import { connectEtcd } from './connect-etcd.ts';

async function aTls() {
  const { ca } = await deriveClusterKeys({ secret: 'test secret', appName: 'test' });
  const { certificatePem, privateKeyPem } = await issueNodeCertificate({
    ca,
    commonName: 'test',
    dnsNames: ['localhost'],
    ipAddresses: [],
    validityDays: 1,
    now: new Date(),
  });
  return { ca: ca.certificatePem, cert: certificatePem, key: privateKeyPem, serverName: 'localhost' };
}

/** A server that accepts connections and never says a word. */
async function aSilentServer(): Promise<{ readonly server: Server; readonly url: string }> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('a port expected');
  return { server, url: `https://127.0.0.1:${address.port}` };
}

describe('connectEtcd', () => {
  it('fails with `timeout` at a server that accepts and says nothing, each time anew', async () => {
    const { server, url } = await aSilentServer();
    const etcd = connectEtcd({ url, tls: await aTls(), requestTimeoutMs: 150 });
    for (let at = 0; at < 2; at += 1) {
      const startedAt = performance.now();
      await expect(etcd.status()).rejects.toMatchObject({ code: 'timeout' });
      const tookMs = performance.now() - startedAt;
      expect(tookMs).toBeGreaterThan(100);
      expect(tookMs).toBeLessThan(1000);
    }
    etcd.close();
    server.close();
  });

  it('gives a connection up on which nothing has come through for a quarter of a minute, and makes another', async () => {
    const { server, url } = await aSilentServer();
    let connections = 0;
    server.on('connection', () => {
      connections += 1;
    });
    const etcd = connectEtcd({ url, tls: await aTls(), requestTimeoutMs: 300 });
    const isRunningInto = async (atMs: number) => {
      const clock = vi.spyOn(performance, 'now').mockReturnValue(atMs);
      await expect(etcd.status()).rejects.toMatchObject({ code: 'timeout' });
      clock.mockRestore();
      return connections;
    };
    expect(await isRunningInto(1000)).toBe(1);
    expect(await isRunningInto(15_999)).toBe(1);
    expect(await isRunningInto(16_000)).toBe(1);
    expect(await isRunningInto(16_001)).toBe(2);
    expect(await isRunningInto(16_002)).toBe(2);
    etcd.close();
    server.close();
  });

  it('fails with `unavailable` long before its deadline where nothing listens', async () => {
    const { server, url } = await aSilentServer();
    await new Promise((resolve) => server.close(resolve));
    const etcd = connectEtcd({ url, tls: await aTls(), requestTimeoutMs: 20_000 });
    const startedAt = performance.now();
    for (let at = 0; at < 5; at += 1) {
      await expect(etcd.put('key', 'value')).rejects.toMatchObject({ code: 'unavailable' });
    }
    expect(performance.now() - startedAt).toBeLessThan(5000);
    etcd.close();
    await expect(etcd.status()).rejects.toMatchObject({ code: 'closed' });
  });
});
