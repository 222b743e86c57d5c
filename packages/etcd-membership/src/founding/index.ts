export { decideFounding } from './decide-founding.ts';
export { foundingMode, majority, trustedSize } from './field.ts';
export {
  type FieldEvidence,
  type FieldInstance,
  type FieldMemory,
  LONGEST_TICK_GAP_MS,
  rememberField,
  type SourceListing,
  shortHandedForMs,
} from './field-memory.ts';
export { YOUNG_INSTANCE_MS } from './field-rules.ts';
export type {
  ClusterIdentity,
  FoundingAction,
  FoundingDecision,
  FoundingReason,
  FoundingState,
  JoinedFounding,
  ProposalTerms,
  ProposedFounding,
  ResumingFounding,
} from './founding-state.ts';
export type { FoundingPeer, FoundingView, ListedInstance, PeerAnswer } from './founding-view.ts';
