import type { Mirror } from '../identity/mirror.ts';
import type { NodeState } from '../identity/node-state.ts';
import type { View } from '../loop/view.ts';

/** The volume as the loop uses it: persisted promises, the mirror of etcd, and what data is there. */
export interface VolumePort {
  /** As last written; every write is fsynced before it can be told. */
  readonly state: () => NodeState;
  readonly writeState: (state: NodeState) => Promise<void>;
  readonly mirror: () => Mirror | null;
  readonly writeMirror: (mirror: Mirror) => Promise<void>;
  /** PGDATA is read only while Patroni is not at work on it; in between the last reading stands. */
  readonly inspect: (now: { readonly patroniAlive: boolean }) => Promise<View['volume']>;
  readonly setAsidePostgres: (why: string) => Promise<void>;
  readonly quarantineEtcd: (incarnation: string) => Promise<void>;
}
