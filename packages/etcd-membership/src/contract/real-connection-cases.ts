import { describe, expect, it } from 'vitest';
import { connectEtcd } from '../port/connect-etcd.ts';
import { type ClientTls, issueTls } from './contract-certificates.ts';
import { eventually } from './contract-cluster.ts';
import type { RealHarness } from './real-harness.ts';

/** A call to a member that is down must not eat its whole deadline, nor hide its return. */
const FAST_MS = 300;
const BACK_WITHIN_MS = 2500;

/** What only a real connection has: certificates and time. */
export function describeRealConnection(harness: RealHarness): void {
  function connect(tls: ClientTls) {
    const endpoint = connectEtcd({
      url: harness.clientUrl(0),
      tls,
      requestTimeoutMs: 1500,
    });
    return { endpoint, [Symbol.dispose]: () => endpoint.close() };
  }

  describe('the real connection', () => {
    it('says `unauthenticated` whichever side refuses the certificate', async () => {
      await using _cluster = await harness.found(1);
      const trusted = harness.tls();
      const stranger = await issueTls('another secret', []);
      const { cert, key } = stranger;
      using refusedByServer = connect({ ...trusted, cert, key });
      await expect(refusedByServer.endpoint.status()).rejects.toMatchObject({
        code: 'unauthenticated',
      });
      using refusedByClient = connect({ ...trusted, ca: stranger.ca });
      await expect(refusedByClient.endpoint.status()).rejects.toMatchObject({
        code: 'unauthenticated',
      });
      using otherName = connect({ ...trusted, serverName: 'other.fluxpg' });
      await expect(otherName.endpoint.status()).rejects.toMatchObject({
        code: 'unauthenticated',
      });
    });

    it('fails fast while the member is down and sees it soon after its start', async () => {
      await using cluster = await harness.found(1);
      const etcd = cluster.endpoint(0);
      await cluster.stop(0);
      await expect(etcd.status()).rejects.toThrow();
      const slowest = { ms: 0 };
      for (let at = 0; at < 10; at += 1) {
        const startedAt = performance.now();
        await expect(etcd.status()).rejects.toMatchObject({
          code: 'unavailable',
        });
        slowest.ms = Math.max(slowest.ms, performance.now() - startedAt);
        await cluster.elapse(250);
      }
      expect(slowest.ms).toBeLessThan(FAST_MS);
      await cluster.start(0);
      const startedAt = performance.now();
      await eventually(cluster, () => etcd.status());
      expect(performance.now() - startedAt).toBeLessThan(BACK_WITHIN_MS);
    });
  });
}
