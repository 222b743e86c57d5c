import { describe, expect, it } from 'vitest';
import {
  type ContractCluster,
  type ContractHarness,
  eventually,
  joinAsLearner,
  leaderAndFollowers,
} from './contract-cluster.ts';

/** A peer counts as healthy after 5 s, and etcd looks at its connections about once a second. */
const HEALTHY_AFTER_MS = 6000;

async function untilEnded(cluster: ContractCluster, node: number): Promise<void> {
  await eventually(
    cluster,
    () => cluster.isRunning(node),
    (running) => !running,
  );
}

async function idOf(cluster: ContractCluster, node: number): Promise<string> {
  return (await eventually(cluster, () => cluster.endpoint(node).status())).memberId;
}

/** Leader and followers of three nodes. */
async function aLeaderOfThree(cluster: ContractCluster) {
  const [leader, follower, other] = await leaderAndFollowers(cluster, 3);
  if (leader === undefined || follower === undefined || other === undefined) {
    throw new Error('three members expected');
  }
  return { leader, follower, other, etcd: cluster.endpoint(leader.node) };
}

/** What a member is by its data directory, and what becomes of one that is not what it says. */
export function describeData(harness: ContractHarness): void {
  describe('the data directory', () => {
    it('keeps membership and keys over a restart of all members', async () => {
      await using cluster = await harness.found(3);
      const members = await cluster.endpoint(0).members();
      await cluster.endpoint(0).put('key', 'value');
      for (const node of [0, 1, 2]) await cluster.stop(node);
      for (const node of [0, 1, 2]) await cluster.start(node);
      const again = await eventually(cluster, () => cluster.endpoint(1).members());
      expect(again.map(({ id }) => id).sort()).toEqual(members.map(({ id }) => id).sort());
      expect(await cluster.endpoint(1).get('key')).toMatchObject({ value: 'value' });
    });

    it('that is new, under another token, makes another cluster, which the old one has nothing to do with', async () => {
      await using cluster = await harness.found(2);
      const before = await idOf(cluster, 1);
      await cluster.endpoint(0).put('key', 'value');
      await cluster.wipe(1);
      await cluster.startAlone(1, 'contract-2');
      const members = await eventually(cluster, () => cluster.endpoint(1).members());
      expect(members).toMatchObject([{ peerUrls: [cluster.peerUrl(1)], isLearner: false }]);
      expect(members[0]?.id).not.toBe(before);
      expect(await cluster.endpoint(1).get('key')).toBeNull();
      await cluster.elapse(2000);
      expect(await cluster.endpoint(0).status()).toMatchObject({ leaderId: null });
      await expect(cluster.endpoint(0).get('key')).rejects.toThrow();
    });

    it('of a removed member lets it run no more: not when it hears of it, nor when it was away', async () => {
      await using cluster = await harness.found(3);
      await cluster.elapse(HEALTHY_AFTER_MS);
      const { etcd, follower, other } = await aLeaderOfThree(cluster);
      await etcd.remove(follower.status.memberId);
      await untilEnded(cluster, follower.node);
      await cluster.stop(other.node);
      // Two voters are left and one is down, so that nothing more can be removed before it is back.
      await cluster.start(follower.node);
      await cluster.start(other.node);
      await untilEnded(cluster, follower.node);
      expect(await cluster.isRunning(other.node)).toBe(true);
      expect(await eventually(cluster, () => etcd.members())).toHaveLength(2);
    });

    it('of a member that was removed while it was away lets it run no more', async () => {
      await using cluster = await harness.found(3);
      await cluster.elapse(HEALTHY_AFTER_MS);
      const { etcd, follower } = await aLeaderOfThree(cluster);
      await cluster.stop(follower.node);
      await eventually(cluster, () => etcd.remove(follower.status.memberId));
      await cluster.start(follower.node);
      await untilEnded(cluster, follower.node);
    });

    it('is not made by a joiner whose list of members is another than the cluster’s', async () => {
      await using cluster = await harness.found(1);
      await cluster.endpoint(0).addLearner(cluster.peerUrl(1));
      for (const listed of [[0, 1, 2], [1], [0, 2]]) {
        await cluster.startJoining(1, listed);
        await untilEnded(cluster, 1);
        await cluster.wipe(1);
      }
      await cluster.startJoining(1, [0, 1]);
      const status = await eventually(
        cluster,
        () => cluster.endpoint(1).status(),
        ({ leaderId }) => leaderId !== null,
      );
      expect(status.isLearner).toBe(true);
    });

    it('that a joiner left behind which found nobody makes it no cluster of its own, and it joins later', async () => {
      await using cluster = await harness.found(1);
      await cluster.endpoint(0).addLearner(cluster.peerUrl(1));
      await cluster.stop(0);
      for (const listed of [[0, 1], [1]]) {
        await cluster.startJoining(1, listed);
        await untilEnded(cluster, 1);
      }
      await cluster.start(0);
      await eventually(cluster, () => cluster.endpoint(0).members());
      await cluster.startJoining(1, [0, 1]);
      const status = await eventually(
        cluster,
        () => cluster.endpoint(1).status(),
        ({ leaderId }) => leaderId !== null,
      );
      expect(status.isLearner).toBe(true);
    });

    it('of a learner makes it the same learner again', async () => {
      await using cluster = await harness.found(1);
      const id = await joinAsLearner(cluster, 1);
      await cluster.stop(1);
      await cluster.start(1);
      expect(await eventually(cluster, () => cluster.endpoint(1).status())).toMatchObject({
        memberId: id,
        isLearner: true,
      });
    });

    it('that lacks what the leader saw it have ends the member', async () => {
      await using cluster = await harness.found(3);
      const { etcd, follower } = await aLeaderOfThree(cluster);
      await cluster.stop(follower.node);
      await cluster.keepCopy(follower.node);
      await cluster.start(follower.node);
      await eventually(cluster, () => cluster.endpoint(follower.node).get('key'));
      await etcd.put('key', 'value');
      await eventually(cluster, () => cluster.endpoint(follower.node).get('key'));
      await cluster.stop(follower.node);
      await cluster.restoreCopy(follower.node);
      await cluster.start(follower.node);
      await untilEnded(cluster, follower.node);
    });
  });
}
