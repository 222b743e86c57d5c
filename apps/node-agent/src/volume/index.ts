export { type AtomicWriteOptions, readIfExists, syncDirectory, writeAtomically } from './atomic-file.ts';
export {
  type ControlData,
  createControlDataRunner,
  type ParsedControlData,
  parseControlData,
  type RunControlData,
} from './control-data.ts';
export { type LoadedDocument, loadDocument, saveDocument } from './json-document.ts';
export { prepareVolume, type VolumeOptions } from './layout.ts';
export { isMountPoint, type Mount, parseMountInfo } from './mount.ts';
export { findGroup, findUser, type Owner, parseGroup, parsePasswd, ROOT_OWNER } from './passwd.ts';
export { inspectPostgresData, type PostgresData, type PostgresInspection } from './postgres-data.ts';
export { moveAside } from './quarantine.ts';
export { VolumeError, type VolumeErrorCode } from './volume-error.ts';
