import { addVoter, awaitLearner, followPrimary, promoteLearner } from './learner-rules.ts';
import type { MembershipDecision, MembershipView } from './membership-view.ts';
import {
  clearFormerVoter,
  forgetDeparted,
  removeDeparted,
  removeLost,
  removeStalledLearner,
  replaceSilent,
} from './removal-rules.ts';
import { takeRoster } from './roster.ts';
import { type MembershipRule, rest } from './rule.ts';
import { moveLeaderOffPrimary, shrinkToPrimary, tellWhatIsMissing } from './voter-rules.ts';

/** In this order; the first that applies wins. */
export const membershipRules: readonly MembershipRule[] = [
  removeLost,
  removeDeparted,
  removeStalledLearner,
  promoteLearner,
  replaceSilent,
  clearFormerVoter,
  forgetDeparted,
  awaitLearner,
  addVoter,
  followPrimary,
  shrinkToPrimary,
  moveLeaderOffPrimary,
  tellWhatIsMissing,
];

/**
 * Decides the one change that the agent beside etcd's leader makes: the rules in order, the first that applies wins.
 * Every other agent, and this one while anything it needs is unknown or old, changes nothing. Pure; a change is never
 * repeated before etcd was read again.
 */
export function decideMembership(view: MembershipView): MembershipDecision {
  const later = view.peers.find(({ epoch }) => epoch > view.self.epoch);
  if (later !== undefined) return rest('higher-epoch-heard', later.nodeId);
  const roster = takeRoster(view);
  if (roster === null) {
    const reading = view.self.etcd?.reading;
    const follows = reading !== undefined && reading.leaderId !== reading.memberId;
    return rest(follows ? 'not-the-leader' : 'etcd-unknown');
  }
  for (const rule of membershipRules) {
    const decision = rule(roster);
    if (decision !== null) return decision;
  }
  return rest('membership-complete');
}
