import { EtcdError } from '../port/etcd-error.ts';
import { isReadyToVote, mayAdd, mayRemove } from './membership-rules.ts';
import type { ModelCluster } from './model-cluster.ts';
import type { ModelMember } from './model-member.ts';

/** etcd's order of checks matters: a caller reads "unhealthy" and waits where it would otherwise read "exists". */
export function addLearner(cluster: ModelCluster, asked: ModelMember, peerUrl: string): ModelMember {
  const { members } = cluster;
  if (!mayAdd(cluster.voters().length, cluster.healthyVoters(asked))) {
    throw new EtcdError('unhealthy-cluster', 'etcdserver: unhealthy cluster');
  }
  if ([...members.values()].some((member) => member.peerUrl === peerUrl)) {
    throw new EtcdError('already-exists', 'etcdserver: Peer URLs already exists');
  }
  if ([...members.values()].some(({ isLearner }) => isLearner)) {
    throw new EtcdError('too-many-learners', 'etcdserver: too many learner members in cluster');
  }
  const added = cluster.add(peerUrl, true);
  cluster.commit();
  return added;
}

/** Gives a learner its vote. */
export function promote(cluster: ModelCluster, memberId: string): void {
  const member = cluster.members.get(memberId);
  if (member === undefined) throw new EtcdError('member-not-found', 'etcdserver: member not found');
  if (!isReadyToVote(member.index, cluster.index())) {
    const text = 'etcdserver: can only promote a learner member which is in sync with leader';
    throw new EtcdError('learner-not-ready', text);
  }
  if (!member.isLearner) {
    throw new EtcdError('not-a-learner', 'etcdserver: can only promote a learner member');
  }
  member.isLearner = false;
  cluster.commit();
}

/** Takes a member out of the list; its process ends when it hears of it. */
export function remove(cluster: ModelCluster, asked: ModelMember, memberId: string): void {
  const member = cluster.members.get(memberId);
  if (member === undefined) throw new EtcdError('member-not-found', 'etcdserver: member not found');
  const others = cluster.voters().filter((voter) => voter !== member);
  const allowed = mayRemove({
    isLearner: member.isLearner,
    otherVoters: others.length,
    otherStarted: others.filter(({ published }) => published).length,
    connected: cluster.connections.connected(asked, member),
    healthy: cluster.healthyVoters(asked),
  });
  if (!allowed) throw new EtcdError('unhealthy-cluster', 'etcdserver: unhealthy cluster');
  cluster.commit();
  cluster.members.delete(memberId);
  cluster.noSpace.delete(memberId);
  member.state = 'stopped';
}

/** Hands leadership to a voter in reach. */
export function moveLeader(cluster: ModelCluster, asked: ModelMember, targetId: string): void {
  if (cluster.leaderOf(asked) !== asked) throw new EtcdError('not-leader', 'etcdserver: not leader');
  const target = cluster.members.get(targetId);
  if (target === undefined || target.isLearner) {
    throw new EtcdError('unknown', 'etcdserver: bad leader transferee');
  }
  if (!cluster.connections.connected(asked, target) || target.index < cluster.index()) {
    throw new EtcdError('timeout', 'etcdserver: request timed out, leader transfer took too long');
  }
  if (target !== asked) cluster.lead(target);
}

/** Refuses a write while any member has no space; a write beyond the quota raises the alarm first. */
export function reserveSpace(cluster: ModelCluster, asked: ModelMember, text: string): void {
  if (cluster.store.sizeBytes() + Buffer.byteLength(text) > cluster.timing.quotaBytes) {
    cluster.noSpace.add(asked.id);
  }
  if (cluster.noSpace.size > 0) {
    throw new EtcdError('no-space', 'etcdserver: mvcc: database space exceeded');
  }
}
