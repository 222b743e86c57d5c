import { setTimeout as delay } from 'node:timers/promises';
import { beforeAll, describe, expect, test } from 'vitest';
import type { Cluster } from './cluster/cluster.ts';
import { clusterForAll } from './cluster/cluster-for-all.ts';
import { VOLUME_PATH } from './cluster/cluster-options.ts';
import { etcdMembers, nodeIdOf, promoteMember } from './cluster/etcd-members.ts';
import type { HealthyCluster } from './cluster/health.ts';
import { cut, mend } from './cluster/links.ts';
import type { ClusterNode } from './cluster/node.ts';
import { loseEtcdData } from './cluster/volume.ts';
import { continueEtcd, type LostAnswer, loseAnswerOfAdd, stopEtcdAtStart } from './etcd-moments.ts';
import { first, identities, report, shortTimes } from './quorum-loss.ts';
import { until } from './waiting.ts';

const LONG_MS = 480_000;
const JOIN_MS = 120_000;
const REFUSED_MS = 30_000;

/** The node beside etcd's leader, which alone changes the membership. Never one that is about to rejoin. */
async function untilLeaderAmong(
  healthy: HealthyCluster,
  nodes: readonly ClusterNode[],
): Promise<ClusterNode> {
  return until("etcd's leader is on a node that stays", { timeoutMs: 60_000 }, async () => {
    const { members } = await first(nodes).status();
    const leads = members.find(({ etcd }) => etcd === 'leader')?.nodeId;
    return nodes.find((node) => healthy.nodeIds.get(node) === leads);
  });
}

/** Every etcd member that a node has had, as a voter's list shows it again and again, and how many it had at once. */
class MemberWatch {
  readonly #seen = new Set<string>();
  readonly #finished: Promise<void>;
  #mostAtOnce = 0;
  #stopping = false;

  constructor(at: ClusterNode, nodeId: string) {
    this.#finished = this.#watch(at, nodeId);
  }

  async stop(): Promise<{ readonly memberIds: readonly string[]; readonly mostAtOnce: number }> {
    this.#stopping = true;
    await this.#finished;
    return { memberIds: [...this.#seen], mostAtOnce: this.#mostAtOnce };
  }

  async #watch(at: ClusterNode, nodeId: string): Promise<void> {
    while (!this.#stopping) {
      // A voter without a leader gives no list.
      const members = await etcdMembers(at).catch(() => []);
      const own = members.filter((member) => nodeIdOf(member) === nodeId);
      for (const { id } of own) this.#seen.add(id);
      this.#mostAtOnce = Math.max(this.#mostAtOnce, own.length);
      await delay(250);
    }
  }
}

/** A replica that does not host etcd's leader loses what it held of etcd; it has to be removed, added and promoted anew. */
async function emptyEtcdOfReplica(cluster: Cluster) {
  const before = await cluster.untilHealthy(180_000);
  const joining = first(before.replicas);
  const stays = cluster.nodes.filter((node) => node !== joining);
  await joining.stop();
  await loseEtcdData(joining);
  const leader = await untilLeaderAmong(before, stays);
  return { before, joining, nodeId: before.nodeIds.get(joining) ?? '', leader, stays };
}

describe('changes of the membership that may or may not have happened', () => {
  const theCluster = clusterForAll({ environment: shortTimes });

  beforeAll(async () => {
    await theCluster().untilHealthy(180_000);
  }, 240_000);

  test.each<LostAnswer>(['the agent is killed', 'etcd pauses'])(
    'M8: the answer to an add is lost because %s: the member is added once',
    async (loss) => {
      const cluster = theCluster();
      const { before, joining, nodeId, leader, stays } = await emptyEtcdOfReplica(cluster);
      const primaries = cluster.watchPrimaries();
      const lost = loseAnswerOfAdd(leader, nodeId, loss, JOIN_MS);
      // Its old member is in the list until it has answered, and is one of those that are seen.
      const members = new MemberWatch(first(stays), nodeId);
      await joining.start();
      const startedMs = performance.now();
      await lost;
      report(`M8 ${loss}`, 'added', performance.now() - startedMs);
      const after = await cluster.untilHealthy(180_000);
      report(`M8 ${loss}`, 'healthy', performance.now() - startedMs);
      const { memberIds, mostAtOnce } = await members.stop();
      expect(memberIds).toHaveLength(2);
      expect(mostAtOnce).toBe(1);
      expect(identities(after)).toEqual(identities(before));
      expect(after.epoch).toBe(before.epoch);
      expect(after.primary).toBe(before.primary);
      expect(await primaries.stop()).toEqual([]);
    },
    LONG_MS,
  );

  test(
    'M8: a learner whose promotion is refused for 30 s stays the one learner, and votes afterwards',
    async () => {
      const cluster = theCluster();
      const { before, joining, nodeId, stays } = await emptyEtcdOfReplica(cluster);
      const members = new MemberWatch(first(stays), nodeId);
      await joining.start();
      await stopEtcdAtStart(joining, JOIN_MS);
      const untilMs = performance.now() + REFUSED_MS;
      while (performance.now() < untilMs) {
        const [own, ...more] = (await etcdMembers(first(stays))).filter(
          (member) => nodeIdOf(member) === nodeId,
        );
        expect(more).toEqual([]);
        expect(own?.isLearner).toBe(true);
        await expect(promoteMember(first(stays), own?.id ?? '')).rejects.toThrow(/in sync with leader/);
        await delay(1000);
      }
      await continueEtcd(joining);
      const startedMs = performance.now();
      const after = await cluster.untilHealthy(180_000);
      report('M8 refused', 'healthy', performance.now() - startedMs);
      const { memberIds, mostAtOnce } = await members.stop();
      expect(memberIds).toHaveLength(2);
      expect(mostAtOnce).toBe(1);
      expect(identities(after)).toEqual(identities(before));
    },
    LONG_MS,
  );

  test(
    'M8: a learner that finds nobody at its first start makes no cluster of its own, and joins afterwards',
    async () => {
      const cluster = theCluster();
      const { before, joining, nodeId, stays } = await emptyEtcdOfReplica(cluster);
      await joining.start();
      await stopEtcdAtStart(joining, JOIN_MS);
      await cut([joining], stays);
      await continueEtcd(joining);
      await until('its etcd has ended', { timeoutMs: 60_000 }, () =>
        joining.exec(['sh', '-c', '! pgrep -x etcd']),
      );
      // It looks like data, and there is no log in it.
      const left = await joining.exec(['sh', '-c', `find ${VOLUME_PATH}/etcd -type f`]);
      expect(left).toContain('member/snap/db');
      expect(left).not.toContain('.wal');
      await mend([joining], stays);
      const startedMs = performance.now();
      const after = await cluster.untilHealthy(240_000);
      report('M8 nobody', 'healthy', performance.now() - startedMs);
      expect(identities(after)).toEqual(identities(before));
      const idsAt = async (node: ClusterNode) => (await etcdMembers(node)).map(({ id }) => id).sort();
      expect(await idsAt(joining)).toEqual(await idsAt(first(stays)));
      expect((await etcdMembers(joining)).map(nodeIdOf)).toContain(nodeId);
    },
    LONG_MS,
  );
});
