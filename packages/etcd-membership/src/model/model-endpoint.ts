import { type EtcdEndpoint, type EtcdStatus, MAX_LISTED_KEYS } from '../port/etcd-endpoint.ts';
import { EtcdError } from '../port/etcd-error.ts';
import type { ModelCluster } from './model-cluster.ts';
import { listed, type ModelMember } from './model-member.ts';
import { addLearner, moveLeader, promote, remove, reserveSpace } from './model-writes.ts';

/** How often a call without a leader looks whether there is one; etcd does so every 500 ms. */
const LOOK_AGAIN_MS = 100;
const VERSION = '3.5.30';

function statusOf(cluster: ModelCluster, member: ModelMember): EtcdStatus {
  const leader = cluster.leaderOf(member);
  return {
    memberId: member.id,
    leaderId: leader?.id ?? null,
    raftTerm: cluster.term(),
    raftIndex: member.index,
    raftAppliedIndex: member.index,
    dbSizeBytes: cluster.store.sizeBytes(),
    isLearner: member.isLearner,
    version: VERSION,
    errors: [
      ...(leader === null ? ['etcdserver: no leader'] : []),
      ...[...cluster.noSpace].map((id) => `memberID:${BigInt(`0x${id}`)} alarm:NOSPACE `),
    ],
  };
}

/** Calls as one member answers them, each with the waiting that it costs. */
interface Access {
  /** Runs what a member does on its own, in whatever state its cluster is. */
  local<T>(call: () => T): Promise<T>;
  /** Runs what every member but a learner does on its own. */
  voting<T>(call: () => T): Promise<T>;
  /** Runs what needs the leader and a quorum behind it. */
  quorate<T>(call: () => T): Promise<T>;
  close(): void;
}

function accessTo(cluster: ModelCluster, member: ModelMember): Access {
  const { clock, timing } = cluster;
  let closed = false;

  async function local<T>(call: () => T): Promise<T> {
    if (closed) throw new EtcdError('closed', 'the connection is closed');
    cluster.settle();
    if (member.state === 'paused') {
      await clock.sleep(timing.requestTimeoutMs);
      throw new EtcdError('timeout', 'the member does not answer');
    }
    if (member.state === 'stopped') throw new EtcdError('unavailable', 'the member does not run');
    const result = call();
    cluster.settle();
    return result;
  }

  function voting<T>(call: () => T): Promise<T> {
    return local(() => {
      if (member.isLearner) {
        throw new EtcdError('not-supported-for-learner', 'etcdserver: rpc not supported for learner');
      }
      return call();
    });
  }

  async function quorate<T>(call: () => T): Promise<T> {
    const untilMs = clock.nowMs() + timing.requestTimeoutMs;
    while (!(await voting(() => cluster.canCommit(member)))) {
      const leftMs = untilMs - clock.nowMs();
      if (leftMs <= 0) throw new EtcdError('timeout', 'etcdserver: request timed out');
      await clock.sleep(Math.min(leftMs, LOOK_AGAIN_MS));
    }
    return local(call);
  }

  return {
    local,
    voting,
    quorate,
    close: () => {
      closed = true;
    },
  };
}

/** The endpoint of one member of the model. */
export function createModelEndpoint(cluster: ModelCluster, member: ModelMember): EtcdEndpoint {
  const { local, voting, quorate, close } = accessTo(cluster, member);
  const { store } = cluster;

  function write(key: string, value: string): void {
    reserveSpace(cluster, member, key + value);
    store.put(key, value);
    cluster.commit();
  }

  return {
    status: () => local(() => statusOf(cluster, member)),
    members: () => quorate(() => [...cluster.members.values()].map(listed)),
    addLearner: (peerUrl) => quorate(() => listed(addLearner(cluster, member, peerUrl))),
    promote: (memberId) => quorate(() => promote(cluster, memberId)),
    remove: (memberId) => quorate(() => remove(cluster, member, memberId)),
    moveLeader: (targetId) => voting(() => moveLeader(cluster, member, targetId)),
    get: (key) => quorate(() => store.get(key)),
    list: (prefix) =>
      quorate(() => {
        const found = store.list(prefix);
        if (found.length > MAX_LISTED_KEYS)
          throw new EtcdError('unknown', `more than ${MAX_LISTED_KEYS} keys begin with ${prefix}`);
        return found;
      }),
    put: (key, value) => quorate(() => write(key, value)),
    putIfUnchanged: (key, value, modRevision) =>
      quorate(() => {
        // etcd refuses a transaction that could write before it compares.
        reserveSpace(cluster, member, key + value);
        if ((store.get(key)?.modRevision ?? 0) !== modRevision) return false;
        write(key, value);
        return true;
      }),
    delete: (key) =>
      quorate(() => {
        store.delete(key);
        cluster.commit();
      }),
    alarms: () =>
      quorate(() =>
        [...cluster.noSpace].map((memberId) => ({
          memberId,
          kind: 'no-space' as const,
        })),
      ),
    disarmNoSpace: () => quorate(() => cluster.noSpace.clear()),
    defragment: () => voting(() => store.defragment()),
    close,
  };
}
