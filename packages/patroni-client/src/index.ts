export type { PatroniClientOptions } from './client-options.ts';
export type { ClusterMember, ClusterView, Lag } from './cluster-view.ts';
export type { CallOptions } from './exchange.ts';
export type { HealthCheck, HealthConditions } from './health-check.ts';
export type { TimelineSwitch } from './history.ts';
export type { NodeStatus, Standby, WalPosition } from './node-status.ts';
export { type DynamicConfig, PatroniClient } from './patroni-client.ts';
export { PatroniError, type PatroniErrorCode } from './patroni-error.ts';
export type {
  FailoverRequest,
  Outcome,
  ReinitializeRequest,
  RestartRequest,
  SwitchoverRequest,
} from './requests.ts';
export type { Transport } from './transport.ts';
