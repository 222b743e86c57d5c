export { type Adoption, type AdoptionProblem, adoptRootData, isAdopting } from './adoption.ts';
export { type AtomicWriteOptions, readIfExists, syncDirectory, writeAtomically } from './atomic-file.ts';
export {
  type ControlData,
  createControlDataRunner,
  type ParsedControlData,
  parseControlData,
  type RunControlData,
} from './control-data.ts';
export { type Journal, type JournalEntry, openJournal } from './journal.ts';
export { type LoadedDocument, loadDocument, saveDocument } from './json-document.ts';
export { prepareVolume, type VolumeOptions } from './layout.ts';
export { compareLsn, formatLsn, parseLsn } from './lsn.ts';
export { isMountPoint, type Mount, parseMountInfo } from './mount.ts';
export { findGroup, findUser, type Owner, parseGroup, parsePasswd, ROOT_OWNER } from './passwd.ts';
export { inspectPostgresData, type PostgresData, type PostgresInspection } from './postgres-data.ts';
export { createPostmasterFinder, type FindPostmaster } from './postmaster.ts';
export { asidePath, moveAside, moveTo } from './quarantine.ts';
export {
  deleteQuarantined,
  freeBytesOf,
  holdsSetAsideCopy,
  listQuarantine,
  type QuarantineEntry,
  type Release,
  releaseQuarantine,
} from './quarantine-store.ts';
export { parseTimelineHistory, readTimelineHistories, type TimelineSwitch } from './timeline-history.ts';
export { errnoOf, VolumeError, type VolumeErrorCode } from './volume-error.ts';
export type { WalPosition } from './wal-chain.ts';
export { readWalEnd, unknownWalEnd, type WalEnd } from './wal-end.ts';
export { createWaldumpRunner, type RunWaldump, type WaldumpRequest } from './waldump.ts';
