export { type AbsenceMemory, isGone, type NodeAbsence, rememberAbsence, silentForMs } from './absence.ts';
export {
  type AbsenceEvidence,
  LISTING_MAX_AGE_MS,
  maxAnswerGap,
  type WatchedNode,
} from './absence-evidence.ts';
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
