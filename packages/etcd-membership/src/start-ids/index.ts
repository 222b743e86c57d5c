export {
  decideAfterRestore,
  isRestored,
  newStartIds,
  type RememberedStartId,
  type RestoredVerdict,
  START_IDS_KEPT,
  unknownStartIds,
  withUnknownStartIds,
} from './start-ids.ts';
