import type { EtcdDataDir } from '@flux-pg/etcd-membership/model';
import type { Mirror, NodeState, VolumePort } from '@flux-pg/node-agent/loop';
import type { PgData } from '../kernel/contracts.ts';

/** When the agent was last well, as it writes it. */
export type Stamp = Parameters<VolumePort['writeStamp']>[0];

/** What the agent caches of the Flux API. */
export interface CachedListing {
  readonly instances: readonly { readonly address: string; readonly runningSinceMs: number | null }[];
  readonly expectedNodes: number | null;
}

/** What was moved aside: a data directory, or an etcd directory where there is none. */
export interface SetAside {
  readonly name: string;
  readonly pgdata: PgData | null;
  /** A streaming leader's history was seen to contain it. */
  readonly isContained: boolean;
}

/** The content of a volume, all of it immutable values: an old copy of a volume is an old content. */
export interface VolumeContent {
  readonly state: NodeState | null;
  readonly mirror: Mirror | null;
  readonly etcd: EtcdDataDir | null;
  readonly pgdata: PgData | null;
  /** Why what is in `pgdata` cannot be read, such as another major version; null where it can be. */
  readonly damage: string | null;
  /** A PGDATA at the volume's root, as version 1 has it. */
  readonly root: { readonly pgdata: PgData; readonly majorVersion: number } | null;
  readonly listing: CachedListing | null;
  /** Of the last completed tick. */
  readonly stamp: Stamp | null;
  /** Moved aside, newest last. */
  readonly quarantine: readonly SetAside[];
}

/** A volume that was never used. */
export const emptyContent: VolumeContent = {
  state: null,
  mirror: null,
  etcd: null,
  pgdata: null,
  damage: null,
  root: null,
  listing: null,
  stamp: null,
  quarantine: [],
};

/** The container-data path of one instance. */
export interface Volume {
  readonly key: string;
  content: VolumeContent;
  /** Gone for good: no container will ever mount it again. */
  destroyed: boolean;
  /**
   * There is no room for a new file, so that whatever the agent writes fails. etcd and PostgreSQL go on in the files that they
   * have, as both write over what they have allocated before.
   */
  full: boolean;
  /** Told after each change of what PostgreSQL or the agent wrote. */
  onChange: (before: VolumeContent, after: VolumeContent) => void;
}

/** Makes a fresh volume. */
export function createVolume(key: string, content: VolumeContent = emptyContent): Volume {
  return { key, content, destroyed: false, full: false, onChange: () => undefined };
}

/** What a write of the agent fails with on a full volume. */
export const NO_ROOM = 'no space left on device';

/** Throws where the volume takes no new file. */
export function requireRoom({ full }: Volume): void {
  if (full) throw new Error(NO_ROOM);
}

/** Replaces parts of the content in one durable step. */
export function persist(volume: Volume, change: Partial<VolumeContent>): void {
  const before = volume.content;
  volume.content = { ...before, ...change };
  volume.onChange(before, volume.content);
}
