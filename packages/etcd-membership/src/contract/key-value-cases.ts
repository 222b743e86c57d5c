import { describe, expect, it } from 'vitest';
import { MAX_LISTED_KEYS } from '../port/etcd-endpoint.ts';
import { type ContractHarness, eventually } from './contract-cluster.ts';

const BATCH = 100;
const FILL_ATTEMPTS = 30;
const COMMIT_INTERVAL_MS = 100;

/** Keys, and what happens when there is no room for more. */
export function describeKeys(harness: ContractHarness): void {
  describe('keys', () => {
    it('are read back as written, with a revision that grows with each write', async () => {
      await using cluster = await harness.found(1);
      const etcd = cluster.endpoint(0);
      expect(await etcd.get('key')).toBeNull();
      await etcd.put('key', 'größer als € 1');
      const first = await etcd.get('key');
      expect(first).toMatchObject({ key: 'key', value: 'größer als € 1' });
      await etcd.put('key', '');
      const second = await etcd.get('key');
      expect(second).toMatchObject({ value: '' });
      expect(second?.modRevision).toBeGreaterThan(first?.modRevision ?? Number.POSITIVE_INFINITY);
      await etcd.delete('key');
      expect(await etcd.get('key')).toBeNull();
      await etcd.delete('key');
    });

    it('hang on a lease whose time each member tells, and which begins anew with each renewal', async () => {
      await using cluster = await harness.found(3);
      const { renew } = await cluster.putLeased(0, 'leased', 20_000);
      await cluster.endpoint(0).put('plain', '');
      const before = await cluster.endpoint(1).leaseOf('leased');
      expect(before?.remainingMs).toBeGreaterThanOrEqual(18_000);
      expect(before?.remainingMs).toBeLessThanOrEqual(20_000);
      await cluster.elapse(3000);
      const later = await cluster.endpoint(2).leaseOf('leased');
      expect(later).toMatchObject({ leaseId: before?.leaseId, raftTerm: before?.raftTerm });
      expect(later?.remainingMs).toBeLessThanOrEqual((before?.remainingMs ?? 0) - 2000);
      await renew();
      const renewed = await cluster.endpoint(2).leaseOf('leased');
      expect(renewed).toMatchObject({ leaseId: before?.leaseId, raftTerm: before?.raftTerm });
      expect(renewed?.remainingMs).toBeGreaterThan((later?.remainingMs ?? 0) + 1000);
      expect(await cluster.endpoint(0).leaseOf('plain')).toBeNull();
      expect(await cluster.endpoint(0).leaseOf('nothing')).toBeNull();
    });

    it('hang on a lease that a new leader gives its whole time again, in a new term', async () => {
      await using cluster = await harness.found(1);
      await cluster.putLeased(0, 'leased', 20_000);
      const before = await cluster.endpoint(0).leaseOf('leased');
      await cluster.stop(0);
      await cluster.elapse(2000);
      await cluster.start(0);
      const after = await eventually(cluster, () => cluster.endpoint(0).leaseOf('leased'));
      expect(after?.leaseId).toBe(before?.leaseId);
      expect(after?.raftTerm).toBeGreaterThan(before?.raftTerm ?? Number.POSITIVE_INFINITY);
      expect(after?.remainingMs).toBeGreaterThanOrEqual(18_000);
    });

    it('are written conditionally, if nobody wrote since', async () => {
      await using cluster = await harness.found(1);
      const etcd = cluster.endpoint(0);
      expect(await etcd.putIfUnchanged('key', 'a', 7)).toBe(false);
      expect(await etcd.putIfUnchanged('key', 'a', 0)).toBe(true);
      expect(await etcd.putIfUnchanged('key', 'b', 0)).toBe(false);
      const { modRevision } = (await etcd.get('key')) ?? { modRevision: -1 };
      expect(await etcd.putIfUnchanged('key', 'b', modRevision)).toBe(true);
      expect(await etcd.putIfUnchanged('key', 'c', modRevision)).toBe(false);
      expect(await etcd.get('key')).toMatchObject({ value: 'b' });
      await etcd.delete('key');
      expect(await etcd.putIfUnchanged('key', 'd', 0)).toBe(true);
    });

    it('are listed by prefix in the order of their bytes, up to a limit', async () => {
      await using cluster = await harness.found(1);
      const etcd = cluster.endpoint(0);
      for (const key of ['p/b', 'p/é', 'p/a', 'p0', 'p', 'q/a']) await etcd.put(key, key);
      expect((await etcd.list('p/')).entries.map(({ key }) => key)).toEqual(['p/a', 'p/b', 'p/é']);
      expect((await etcd.list('r')).entries).toEqual([]);
      expect((await etcd.list('')).entries).toHaveLength(6);
      for (let start = 0; start < MAX_LISTED_KEYS; start += BATCH) {
        const batch = Array.from({ length: BATCH }, (_, at) => etcd.put(`n/${start + at}`, ''));
        await Promise.all(batch);
      }
      expect((await etcd.list('n/')).entries).toHaveLength(MAX_LISTED_KEYS);
      await etcd.put('n/one-more', '');
      await expect(etcd.list('n/')).rejects.toMatchObject({ code: 'unknown' });
    });

    it('are listed with the revision of the store, which each write and each deletion of a key raises', async () => {
      await using cluster = await harness.found(1);
      const etcd = cluster.endpoint(0);
      const revisionNow = async () => (await etcd.list('p/')).revision;
      expect(await revisionNow()).toBe(1);
      await etcd.put('p/a', '1');
      const { revision, entries } = await etcd.list('p/');
      expect(entries).toEqual([{ key: 'p/a', value: '1', modRevision: revision }]);
      expect(revision).toBe(2);
      await etcd.put('elsewhere', '');
      expect(await revisionNow()).toBe(3);
      await etcd.putIfUnchanged('p/a', '2', 0);
      await etcd.delete('nothing');
      expect(await revisionNow()).toBe(3);
      await etcd.delete('p/a');
      expect(await etcd.list('p/')).toEqual({ revision: 4, entries: [] });
    });

    it('cannot be written once the quota is used up, but read and deleted', async () => {
      const quotaBytes = 4 * 1024 * 1024;
      await using cluster = await harness.found(1, { quotaBytes });
      const etcd = cluster.endpoint(0);
      const large = 'x'.repeat(quotaBytes / 8);
      const fill = async () => {
        for (let at = 0; at < FILL_ATTEMPTS; at += 1) {
          await etcd.put('large', large);
          // etcd looks at the size of its file, which grows with the next commit.
          await cluster.elapse(COMMIT_INTERVAL_MS);
        }
      };
      await expect(fill()).rejects.toMatchObject({ code: 'no-space' });
      const { memberId } = await etcd.status();
      expect(await etcd.alarms()).toEqual([{ memberId, kind: 'no-space' }]);
      expect((await etcd.status()).errors).toHaveLength(1);
      await expect(etcd.putIfUnchanged('new', '', 0)).rejects.toMatchObject({
        code: 'no-space',
      });
      expect(await etcd.get('large')).not.toBeNull();
      await etcd.delete('large');
      await etcd.disarmNoSpace();
      expect(await etcd.alarms()).toEqual([]);
      await expect(fill()).rejects.toMatchObject({ code: 'no-space' });
      await etcd.defragment();
    });
  });
}
