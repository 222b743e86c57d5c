export {
  createEtcdModel,
  type EtcdModel,
  type EtcdModelIdentity,
  type EtcdModelOptions,
} from './etcd-model.ts';
export type { EtcdModelClock, EtcdModelTiming } from './model-cluster.ts';
