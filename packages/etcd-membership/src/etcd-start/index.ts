export { decideEtcdStart, START_SILENCE_MS } from './decide-etcd-start.ts';
export type {
  EtcdStartReason,
  EtcdStartVerdict,
  EtcdStartView,
  EtcdStartWitness,
} from './etcd-start-view.ts';
