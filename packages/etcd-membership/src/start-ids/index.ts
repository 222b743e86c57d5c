export {
  decideAfterRestore,
  type HeardStart,
  hearStart,
  isRestored,
  newStartIds,
  type RememberedStartId,
  type RestoredVerdict,
  START_IDS_KEPT,
  startToTell,
  unknownStartIds,
  withUnknownStartIds,
} from './start-ids.ts';
