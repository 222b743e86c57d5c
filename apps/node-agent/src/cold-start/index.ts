export {
  type BootstrapDecision,
  type BootstrapReason,
  type BootstrapView,
  decideBootstrapGrant,
} from './bootstrap-grant.ts';
export {
  COLD_START_WAIT_MS,
  type ColdStartEvidence,
  isHeld,
  type LeaderKey,
  type ReportingMember,
  type VolumeReport,
} from './cold-start-view.ts';
export {
  type ColdStartDecision,
  type ColdStartReason,
  type ColdStartView,
  decideColdStart,
} from './decide-cold-start.ts';
export { decideGuards, type GuardDecision, type GuardReason, type GuardView } from './guards.ts';
export { type LeaseReading, type LeaseWatch, renewalsOf, watchLease } from './lease-watch.ts';
export {
  DATABASES_SQL,
  decideUserDataCheck,
  USER_OBJECT_SQL,
  USER_SHARED_SQL,
  type UserDataReason,
  type UserDataView,
} from './user-data.ts';
export { rememberWarmth, type Warmth } from './warmth.ts';
