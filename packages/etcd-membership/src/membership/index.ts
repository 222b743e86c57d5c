export { decideMembership } from './decide-membership.ts';
export { type LearnerProgress, rememberLearner } from './learner-progress.ts';
export type {
  AnsweringNode,
  EtcdReading,
  MembershipAction,
  MembershipDecision,
  MembershipPeer,
  MembershipReason,
  MembershipView,
} from './membership-view.ts';
export { voterTarget } from './voter-target.ts';
