export {
  decideEtcdStart,
  type EtcdStartReason,
  type EtcdStartVerdict,
  type EtcdStartView,
  type EtcdStartWitness,
  START_SILENCE_MS,
} from './decide-etcd-start.ts';
