export { decideRecovery } from './decide-recovery.ts';
export { compareEpochs, type Epoch } from './epochs.ts';
export { explainRecovery, type RecoveryExplanation } from './explain-recovery.ts';
export type {
  IntentName,
  ListedAddress,
  ListedAnswer,
  RecoveryAction,
  RecoveryBlocker,
  RecoveryDecision,
  RecoveryIntent,
  RecoveryNode,
  RecoveryPeer,
  RecoveryReason,
  RecoveryState,
  RecoveryView,
} from './recovery-view.ts';
