export { decideFounding, majority, YOUNG_INSTANCE_MS } from './decide-founding.ts';
export type {
  ClusterIdentity,
  FoundingAction,
  FoundingDecision,
  FoundingPeer,
  FoundingReason,
  FoundingState,
  FoundingView,
  ListedInstance,
  PeerAnswer,
} from './founding-view.ts';
