export { connectEtcd } from './connect-etcd.ts';
export type { EtcdConnectOptions } from './etcd-client.ts';
export {
  type EtcdAlarm,
  type EtcdEndpoint,
  type EtcdMember,
  type EtcdStatus,
  type KeyLease,
  type KeyRange,
  type KeyValue,
  MAX_LISTED_KEYS,
} from './etcd-endpoint.ts';
export { EtcdError, type EtcdErrorCode } from './etcd-error.ts';
