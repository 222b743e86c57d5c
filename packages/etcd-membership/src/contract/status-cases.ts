import { describe, expect, it } from 'vitest';
import {
  type ContractHarness,
  eventually,
  joinAsLearner,
  leaderAndFollowers,
  REQUEST_TIMEOUT_MS,
} from './contract-cluster.ts';

/** What a member says about itself, and what it still answers without a leader. */
export function describeStatus(harness: ContractHarness): void {
  describe('status', () => {
    it('names the same leader on the leader and its followers', async () => {
      await using cluster = await harness.found(3);
      const [leader, ...followers] = await leaderAndFollowers(cluster, 3);
      expect(leader?.status.leaderId).toBe(leader?.status.memberId);
      expect(leader?.status).toMatchObject({ isLearner: false, errors: [] });
      expect(leader?.status.raftIndex).toBeGreaterThan(0);
      expect(leader?.status.raftTerm).toBeGreaterThan(1);
      expect(leader?.status.dbSizeBytes).toBeGreaterThan(0);
      expect(leader?.status.version).toMatch(/^\d+\.\d+\.\d+$/);
      for (const { status } of followers) {
        expect(status.leaderId).toBe(leader?.status.memberId);
        expect(status.memberId).not.toBe(leader?.status.memberId);
      }
    });

    it('is the ids, names and addresses of the member list', async () => {
      await using cluster = await harness.found(3);
      const members = await cluster.endpoint(1).members();
      expect(members.map(({ name }) => name).sort()).toEqual(['node-0', 'node-1', 'node-2']);
      for (const node of [0, 1, 2]) {
        const { memberId } = await cluster.endpoint(node).status();
        const member = members.find(({ id }) => id === memberId);
        expect(member).toMatchObject({
          peerUrls: [cluster.peerUrl(node)],
          isLearner: false,
        });
        expect(member?.clientUrls).toHaveLength(1);
      }
    });

    it('is answered by a learner, which answers nothing else', async () => {
      await using cluster = await harness.found(1);
      const id = await joinAsLearner(cluster, 1);
      const learner = cluster.endpoint(1);
      expect(await learner.status()).toMatchObject({
        memberId: id,
        isLearner: true,
      });
      const refused = { code: 'not-supported-for-learner' };
      await expect(learner.members()).rejects.toMatchObject(refused);
      await expect(learner.get('key')).rejects.toMatchObject(refused);
      await expect(learner.list('')).rejects.toMatchObject(refused);
      await expect(learner.put('key', 'value')).rejects.toMatchObject(refused);
      await expect(learner.addLearner(cluster.peerUrl(2))).rejects.toMatchObject(refused);
      await expect(learner.promote(id)).rejects.toMatchObject(refused);
      await expect(learner.moveLeader(id)).rejects.toMatchObject(refused);
      await expect(learner.alarms()).rejects.toMatchObject(refused);
      await expect(learner.defragment()).rejects.toMatchObject(refused);
    });

    it('is answered without a leader, when nothing linearizable is', async () => {
      await using cluster = await harness.found(3);
      await cluster.stop(1);
      await cluster.stop(2);
      const survivor = cluster.endpoint(0);
      const alone = await eventually(
        cluster,
        () => survivor.status(),
        ({ leaderId }) => leaderId === null,
      );
      expect(alone.errors).toContain('etcdserver: no leader');
      const code = expect.stringMatching(/^(timeout|no-leader)$/);
      await Promise.all([
        expect(survivor.members()).rejects.toMatchObject({ code }),
        expect(survivor.get('key')).rejects.toMatchObject({ code }),
        expect(survivor.put('key', 'value')).rejects.toMatchObject({ code }),
      ]);
      await expect(survivor.moveLeader('1')).rejects.toMatchObject({
        code: 'not-leader',
      });
      await cluster.start(1);
      await cluster.elapse(REQUEST_TIMEOUT_MS);
      const members = await eventually(cluster, () => survivor.members());
      expect(members).toHaveLength(3);
    });
  });
}
