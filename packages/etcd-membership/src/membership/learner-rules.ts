import { peerUrl } from '../member-names/index.ts';
import type { MembershipPeer } from './membership-view.ts';
import { healthyAmong, isInSync, isQuorum, type Roster } from './roster.ts';
import { ADD_PAUSE_MS, change, type MembershipRule, onceSettled, rest } from './rule.ts';

/** How long everything must have been calm before a single voter follows the primary. */
export const QUIET_MS = 60_000;

function leaderReading({ view }: Roster) {
  return view.self.etcd?.reading ?? null;
}

/** A learner in sync gets its vote, if the voters that are healthy then are a quorum with it. */
export const promoteLearner: MembershipRule = (roster) => {
  const leader = leaderReading(roster);
  if (leader === null) return null;
  const { voters, learners } = roster;
  const ready = learners.find((seat) => isInSync(seat, leader));
  if (ready === undefined) return null;
  return isQuorum(healthyAmong(voters) + 1, voters.length + 1)
    ? change({ kind: 'promote', memberId: ready.member.id }, 'learner-in-sync', ready.name)
    : rest('learner-waits-for-voters', ready.name);
};

/** One at a time: while there is a learner, nothing else is added or moved. */
export const awaitLearner: MembershipRule = ({ learners }) => {
  const [seat] = learners;
  if (seat === undefined) return null;
  return rest(seat.member.name === '' ? 'learner-starting' : 'learner-catching-up', seat.name);
};

/** etcd counts the new member as absent and asks for a quorum all the same; it makes an exception for a single voter. */
function mayAdd({ voters }: Roster): boolean {
  return voters.length === 1 || isQuorum(healthyAmong(voters), voters.length + 1);
}

function add(roster: Roster, peer: MembershipPeer, reason: 'voter-wanted' | 'voter-follows-primary') {
  const action = {
    kind: 'add-learner' as const,
    peerUrl: peerUrl(peer.memberName, peer.etcdPeerPort),
  };
  const pauseMs = roster.voters.length === 1 ? 0 : ADD_PAUSE_MS;
  return onceSettled(roster, pauseMs, change(action, reason, peer.memberName));
}

/** Below the target, a node that waits is admitted, the primary's first. */
export const addVoter: MembershipRule = (roster) => {
  const { voters, target, joinable, content } = roster;
  if (voters.length >= target || !mayAdd(roster)) return null;
  const peer = joinable.find(({ nodeId }) => nodeId === content.primary) ?? joinable[0];
  return peer === undefined ? null : add(roster, peer, 'voter-wanted');
};

/** With a single voter, losing either of two nodes must not cost both the database and etcd. */
export const followPrimary: MembershipRule = (roster) => {
  const { voters, target, joinable, content, view } = roster;
  if (target !== 1 || voters.length !== 1 || view.quietForMs < QUIET_MS) return null;
  const peer = joinable.find(({ nodeId }) => nodeId === content.primary);
  return peer === undefined ? null : add(roster, peer, 'voter-follows-primary');
};
