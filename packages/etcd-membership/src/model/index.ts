export type { WriteAttempt, WriteFate } from './client-access.ts';
export { corruptDataDir, type EtcdDataDir } from './data-dir.ts';
export {
  createEtcdModel,
  type EtcdModel,
  type EtcdModelIdentity,
  type EtcdModelOptions,
} from './etcd-model.ts';
export {
  createEtcdNetwork,
  type EtcdNetwork,
  type EtcdNetworkOptions,
  type EtcdProcess,
} from './etcd-network.ts';
export type { EtcdLeaseEndpoint } from './lease-endpoint.ts';
export type { EtcdExitReason } from './member-process.ts';
export type { EtcdSurroundings } from './peer-links.ts';
export {
  EtcdStartError,
  type EtcdStartFailure,
  type EtcdStartOptions,
  type InitialMember,
} from './start-member.ts';
export type { EtcdModelClock, EtcdModelTiming } from './timing.ts';
