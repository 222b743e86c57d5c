import type { Log } from './log.ts';

/**
 * What etcd has on its disk. A value: keeping it is a backup, and starting a member from an old one is what a restored
 * volume does. Everything that a member acknowledged is in it.
 */
export interface EtcdDataDir {
  readonly clusterId: string;
  readonly memberId: string;
  /** The last term that the member voted in or followed. */
  readonly term: number;
  /** Not to be looked into from outside of the model. */
  readonly log: Log;
  /** Bytes that defragmentation gave back. */
  readonly reclaimedBytes: number;
  readonly isCorrupt: boolean;
}

/** The directory after a disk has damaged it: etcd does not start from it. */
export function corruptDataDir(dataDir: EtcdDataDir): EtcdDataDir {
  return { ...dataDir, isCorrupt: true };
}
