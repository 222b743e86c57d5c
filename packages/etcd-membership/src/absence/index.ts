export { type AbsenceMemory, type NodeAbsence, rememberAbsence, type WitnessRow } from './absence.ts';
export {
  type AbsenceEvidence,
  LISTING_MAX_AGE_MS,
  maxAnswerGap,
  type WatchedNode,
} from './absence-evidence.ts';
export {
  type AbsenceDurations,
  absenceOf,
  endDeclarations,
  type GoneQuery,
  goneForRecovery,
  isGone,
  type RecoveryQuery,
  recoveryGrace,
  silentForMs,
} from './gone.ts';
export {
  isListedByQuorum,
  listedByQuorumAtMs,
  type WitnessAnswer,
  type WitnessReading,
  witnessQuorum,
} from './witnesses.ts';
