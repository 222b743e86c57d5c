import { EtcdError } from '../port/etcd-error.ts';
import {
  addedId,
  type ListedMember,
  liveBytes,
  raiseNoSpace,
  removeMember,
  setMember,
  votersOf,
} from './cluster-state.ts';
import type { Consensus } from './consensus.ts';
import { type MemberProcess, voterCount } from './member-process.ts';
import { isReadyToVote, mayAdd, mayRemove } from './membership-rules.ts';

/** An empty etcd database's size on disk. */
const EMPTY_BYTES = 20_480;

/** The size of a member's own file, in which old revisions count until it is defragmented. */
export function sizeBytes({ log, reclaimedBytes }: MemberProcess): number {
  return EMPTY_BYTES + Math.max(log.state.writtenBytes - reclaimedBytes, 0);
}

/** Gives a member's old revisions back. */
export function defragment(member: MemberProcess): void {
  const { state } = member.log;
  member.reclaimedBytes = state.writtenBytes - liveBytes(state);
}

/** etcd's order of checks matters: a caller reads "unhealthy" and waits where it would otherwise read "exists". */
export function addLearner(
  consensus: Consensus,
  asked: MemberProcess,
  leader: MemberProcess,
  peerUrl: string,
): ListedMember {
  const { state } = leader.log;
  const members = [...state.members.values()];
  if (!mayAdd(voterCount(leader), consensus.healthyVoters(asked))) {
    throw new EtcdError('unhealthy-cluster', 'etcdserver: unhealthy cluster');
  }
  if (members.some((member) => member.peerUrl === peerUrl)) {
    throw new EtcdError('already-exists', 'etcdserver: Peer URLs already exists');
  }
  const id = addedId(peerUrl, leader.clusterId, consensus.clock.nowMs());
  // Added, removed and added again within one second, it would be the same member, which is refused for ever.
  if (state.removed.has(id)) throw new EtcdError('member-not-found', 'etcdserver: member not found');
  if (members.some(({ isLearner }) => isLearner)) {
    throw new EtcdError('too-many-learners', 'etcdserver: too many learner members in cluster');
  }
  const added: ListedMember = { id, peerUrl, isLearner: true, name: '', clientUrl: null };
  consensus.commit(leader, setMember(state, added));
  return added;
}

/** How much of its log the leader knows a member to have. */
function indexOf(leader: MemberProcess, memberId: string): number {
  return leader.leadership?.acknowledged.get(memberId) ?? 0;
}

/** Gives a learner its vote. */
export function promote(consensus: Consensus, leader: MemberProcess, memberId: string): void {
  const { state, index } = leader.log;
  const member = state.members.get(memberId);
  if (member === undefined) throw new EtcdError('member-not-found', 'etcdserver: member not found');
  if (!isReadyToVote(indexOf(leader, memberId), index)) {
    const text = 'etcdserver: can only promote a learner member which is in sync with leader';
    throw new EtcdError('learner-not-ready', text);
  }
  if (!member.isLearner) {
    throw new EtcdError('not-a-learner', 'etcdserver: can only promote a learner member');
  }
  consensus.commit(leader, setMember(state, { ...member, isLearner: false }));
}

/** Takes a member out of the list; its process ends when it hears of it. */
export function remove(
  consensus: Consensus,
  asked: MemberProcess,
  leader: MemberProcess,
  memberId: string,
): void {
  const { state } = leader.log;
  const member = state.members.get(memberId);
  if (member === undefined) throw new EtcdError('member-not-found', 'etcdserver: member not found');
  const others = votersOf(state).filter(({ id }) => id !== memberId);
  const process = consensus.processes.find(
    (each) => each.memberId === memberId && each.clusterId === leader.clusterId,
  );
  const allowed = mayRemove({
    isLearner: member.isLearner,
    otherVoters: others.length,
    otherStarted: others.filter(({ name }) => name !== '').length,
    connected: process !== undefined && consensus.links.connected(asked, process),
    healthy: consensus.healthyVoters(asked),
  });
  if (!allowed) throw new EtcdError('unhealthy-cluster', 'etcdserver: unhealthy cluster');
  consensus.commit(leader, removeMember(state, memberId));
}

/** Hands leadership to a voter in reach. */
export function moveLeader(consensus: Consensus, asked: MemberProcess, targetId: string): void {
  if (asked.leadership === null) throw new EtcdError('not-leader', 'etcdserver: not leader');
  if (asked.log.state.members.get(targetId)?.isLearner !== false) {
    throw new EtcdError('unknown', 'etcdserver: bad leader transferee');
  }
  if (targetId === asked.memberId) return;
  const target = consensus.processes.find(
    ({ memberId, leader }) => memberId === targetId && leader === asked,
  );
  if (target === undefined || target.log !== asked.log || !consensus.transfer(asked, target)) {
    throw new EtcdError('timeout', 'etcdserver: request timed out, leader transfer took too long');
  }
}

/** Refuses a write while any member has no space; a write beyond the quota raises the alarm first. */
export function reserveSpace(
  consensus: Consensus,
  asked: MemberProcess,
  leader: MemberProcess,
  text: string,
): void {
  const isFull = sizeBytes(asked) + Buffer.byteLength(text) > consensus.timing.quotaBytes;
  if (isFull && !leader.log.state.noSpace.has(asked.memberId)) {
    consensus.commit(leader, raiseNoSpace(leader.log.state, asked.memberId));
  }
  if (leader.log.state.noSpace.size > 0) {
    throw new EtcdError('no-space', 'etcdserver: mvcc: database space exceeded');
  }
}
