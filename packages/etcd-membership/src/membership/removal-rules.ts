import { silentForMs } from '../absence/index.ts';
import { compareIds } from '../member-names/compare-ids.ts';
import type { MembershipDecision, MembershipReason } from './membership-view.ts';
import { healthyAmong, isQuorum, type Roster, type Seat } from './roster.ts';
import { change, type MembershipRule, onceSettled, REMOVE_PAUSE_MS } from './rule.ts';

/** A learner that came no further for this long is removed: while it is there nobody else is admitted. */
export const LEARNER_STALLED_MS = 5 * 60_000;

/** Removes a member if the rest keeps its quorum without it; never this node's own. */
export function removal(roster: Roster, seat: Seat, reason: MembershipReason): MembershipDecision | null {
  const { self, voters, view } = roster;
  if (seat.member.id === self.member.id || seat.nodeId === view.self.nodeId) return null;
  const others = voters.filter(({ member }) => member.id !== seat.member.id);
  if (!isQuorum(healthyAmong(others), others.length)) return null;
  const action = { kind: 'remove-member' as const, memberId: seat.member.id };
  return onceSettled(roster, REMOVE_PAUSE_MS, change(action, reason, seat.name));
}

function firstRemoval(
  roster: Roster,
  reasonFor: (seat: Seat) => MembershipReason | null,
): MembershipDecision | null {
  for (const seat of [...roster.voters, ...roster.learners]) {
    const reason = reasonFor(seat);
    const decision = reason === null ? null : removal(roster, seat, reason);
    if (decision !== null) return decision;
  }
  return null;
}

/** The node itself proves that the member cannot come back: it has another incarnation, or a vote but no data. */
export const removeLost: MembershipRule = (roster) =>
  firstRemoval(roster, ({ member, name, peer }) => {
    if (peer === null || peer.epoch !== roster.view.self.epoch) return null;
    const runsAsThis = peer.etcdRunning && (peer.reading === null || peer.reading.memberId === member.id);
    if (peer.memberName !== name) return runsAsThis ? null : 'member-superseded';
    // A learner has no data until it starts; only a voter has had some.
    const empty = !peer.etcdRunning && !peer.etcdData && peer.reading === null;
    return empty && !member.isLearner ? 'member-without-data' : null;
  });

/** The node is gone, or another one has its place. */
export const removeDeparted: MembershipRule = (roster) =>
  firstRemoval(roster, ({ nodeId }) => (nodeId === null ? null : (roster.departed.get(nodeId) ?? null)));

/** A learner that never starts, or whose node died, would block every later join. */
export const removeStalledLearner: MembershipRule = (roster) => {
  const { learner, nowMs } = roster.view;
  if (learner === null || nowMs - learner.sinceMs < LEARNER_STALLED_MS) return null;
  const seat = roster.learners.find(({ member }) => member.id === learner.memberId);
  return seat === undefined ? null : removal(roster, seat, 'learner-stalled');
};

/**
 * A voter that nobody has heard of for the timeout gives its place to a node that waits for one. This rests on the
 * voters alone, so that a dead node is replaced although the listing still has it, or cannot be read.
 */
export const replaceSilent: MembershipRule = (roster) => {
  const { voters, joinable, view } = roster;
  if (joinable.length === 0) return null;
  const unhealthy = voters.filter(({ healthy }) => !healthy);
  const [seat] = unhealthy;
  if (seat === undefined || unhealthy.length > 1 || seat.nodeId === null || seat.peer !== null) return null;
  const silentMs = silentForMs(view.absence, seat.nodeId, view.nowMs);
  if (silentMs === null || silentMs < view.limits.absenceTimeoutMs) return null;
  const decision = removal(roster, seat, 'member-silent');
  const recorded = roster.content.formerVoters.includes(seat.nodeId);
  // It may be cut off and alive: once removed without a trace, nobody would fence on account of it.
  return decision?.action.kind === 'remove-member' && !recorded
    ? change({ kind: 'record-former-voter', nodeId: seat.nodeId }, 'former-voter-recorded', seat.name)
    : decision;
};

/** A former voter that has answered will not act on its own, and one that is gone cannot. */
export const clearFormerVoter: MembershipRule = ({ content, peers, departed, self }) => {
  const answered = new Set([self.nodeId, ...peers.map(({ nodeId }) => nodeId)]);
  for (const nodeId of [...content.formerVoters].sort(compareIds)) {
    const action = { kind: 'clear-former-voter' as const, nodeId };
    if (answered.has(nodeId)) return change(action, 'former-voter-answered', nodeId);
    if (departed.get(nodeId) === 'member-gone') return change(action, 'former-voter-gone', nodeId);
  }
  return null;
};

/** A departed node that etcd does not list any more is no member: it is not counted, admitted or routed to. */
export const forgetDeparted: MembershipRule = ({ departed, voters, learners, content }) => {
  const seated = new Set([...voters, ...learners].map(({ nodeId }) => nodeId));
  // A former voter keeps its record, since it can only be found to be gone by its address.
  for (const nodeId of content.formerVoters) seated.add(nodeId);
  const nodeId = [...departed.keys()].sort(compareIds).find((id) => !seated.has(id));
  return nodeId === undefined ? null : change({ kind: 'forget-node', nodeId }, 'member-forgotten', nodeId);
};
