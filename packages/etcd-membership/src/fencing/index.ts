export {
  CONTACT_MS,
  decideFencing,
  type FencingAction,
  type FencingDecision,
  type FencingReason,
} from './decide-fencing.ts';
export {
  decideStaleness,
  type StalenessAction,
  type StalenessDecision,
  type StalenessReason,
  type StalenessView,
} from './decide-staleness.ts';
export {
  assuredWallMs,
  type FencingEvidence,
  type FencingMember,
  type FencingMemory,
  noteHandOver,
  rememberFencing,
  startFencing,
} from './fencing-memory.ts';
export {
  type Allowances,
  allowances,
  rememberAnswers,
  type StaleFlag,
  type StalenessAnswer,
  type StalenessMemory,
  sinceLastTickMs,
  type TickStamp,
} from './staleness.ts';
