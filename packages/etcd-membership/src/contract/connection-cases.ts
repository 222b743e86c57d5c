import { describe, expect, it } from 'vitest';
import { type ContractHarness, eventually } from './contract-cluster.ts';

/** What a caller sees of members that are down, frozen or back. */
export function describeConnection(harness: ContractHarness): void {
  describe('the connection', () => {
    it('says `unavailable` while the member is down, and finds it again', async () => {
      await using cluster = await harness.found(1);
      const etcd = cluster.endpoint(0);
      await cluster.stop(0);
      for (let at = 0; at < 5; at += 1) {
        await expect(etcd.status()).rejects.toMatchObject({
          code: 'unavailable',
        });
        await cluster.elapse(250);
      }
      await cluster.start(0);
      expect((await eventually(cluster, () => etcd.members())).length).toBe(1);
    });

    it('says `timeout` while the member is frozen, and goes on when it thaws', async () => {
      await using cluster = await harness.found(1);
      const etcd = cluster.endpoint(0);
      await cluster.pause(0);
      await expect(etcd.status()).rejects.toMatchObject({ code: 'timeout' });
      await expect(etcd.put('key', 'value')).rejects.toMatchObject({
        code: 'timeout',
      });
      await cluster.resume(0);
      expect(await eventually(cluster, () => etcd.members())).toHaveLength(1);
    });

    it('says `closed` after it was closed', async () => {
      await using cluster = await harness.found(1);
      const etcd = cluster.endpoint(0);
      etcd.close();
      await expect(etcd.status()).rejects.toMatchObject({ code: 'closed' });
      await expect(etcd.put('key', 'value')).rejects.toMatchObject({
        code: 'closed',
      });
      etcd.close();
    });
  });
}
