import type { EtcdEndpoint } from '@flux-pg/etcd-membership';
import type { DatabasePort } from '../database/database.ts';
import type { FilesPort } from '../files/files.ts';
import type { FluxReadings } from '../flux/flux-readings.ts';
import type { RouterRuntime } from '../router/index.ts';
import type { StatusAnswer } from '../status-exchange/index.ts';
import type { Supervisor } from '../supervisor/index.ts';
import type { VolumePort } from '../volume-state/volume-state.ts';
import type { LocalPostgres, NodeFacts } from './view.ts';

/** Time and randomness, so that a tick can be replayed. */
export interface Clock {
  /** Monotonic milliseconds. */
  readonly nowMs: () => number;
  /** Wall clock, milliseconds since 1970. */
  readonly wallMs: () => number;
}

/** Everything outside the process that a tick reads or changes. */
export interface Ports {
  readonly clock: Clock;
  readonly facts: NodeFacts;
  readonly newUuid: () => string;
  readonly newIncarnation: () => string;
  readonly supervisor: Supervisor;
  readonly router: RouterRuntime;
  /** Readings of the Flux API, kept current in the background at the interval of the configuration. */
  readonly flux: { readonly readings: () => FluxReadings };
  readonly askPeer: (address: string, port: number) => Promise<StatusAnswer>;
  /** Addresses of authenticated nodes that asked for this node's status, with their Patroni port. */
  readonly callers: () => readonly { readonly address: string; readonly port: number }[];
  /** This node's own etcd, and any voter through the router. */
  readonly localEtcd: EtcdEndpoint;
  readonly routedEtcd: EtcdEndpoint;
  readonly patroni: { readonly status: () => Promise<LocalPostgres> };
  readonly database: DatabasePort;
  readonly volume: VolumePort;
  readonly files: FilesPort;
}
