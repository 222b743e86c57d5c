import type { EtcdEndpoint } from '@flux-pg/etcd-membership';
import type { KnownCaller } from '../announcement.ts';
import type { DatabasePort } from '../database/database.ts';
import type { FilesPort } from '../files/files.ts';
import type { FluxReadings } from '../flux/flux-readings.ts';
import type { OperatorPort } from '../operator/orders.ts';
import type { RouterRuntime } from '../router/index.ts';
import type { StatusDocument } from '../status/document.ts';
import type { AskPatiently } from '../status-exchange/index.ts';
import type { Supervisor } from '../supervisor/index.ts';
import type { VolumePort } from '../volume-state/volume-state.ts';
import type { LocalPostgres, NodeFacts } from './view.ts';

/** Time, so that a tick can be replayed. */
export interface Clock {
  /** Monotonic milliseconds. */
  readonly nowMs: () => number;
  /** Wall clock, milliseconds since 1970. */
  readonly wallMs: () => number;
  /** Resolves after the time, or at once when the signal is aborted; never rejects. */
  readonly sleep: (ms: number, signal: AbortSignal) => Promise<void>;
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
  readonly askPeer: AskPatiently<StatusDocument>;
  /** Addresses of authenticated nodes that asked for this node's status, with their Patroni port. */
  readonly callers: () => readonly KnownCaller[];
  /** This node's own etcd, and any voter through the router. */
  readonly localEtcd: EtcdEndpoint;
  readonly routedEtcd: EtcdEndpoint;
  readonly patroni: { readonly status: () => Promise<LocalPostgres> };
  readonly database: DatabasePort;
  readonly volume: VolumePort;
  /** What a person has asked for on this node. */
  readonly operator: OperatorPort;
  readonly files: FilesPort;
}
