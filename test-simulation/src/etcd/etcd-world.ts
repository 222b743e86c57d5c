import type { EtcdMember } from '@flux-pg/etcd-membership';
import type { EtcdDataDir } from '@flux-pg/etcd-membership/model';
import type { LeaseClient } from '../kernel/contracts.ts';

/** How an etcd is started: etcd.yml as far as the model reads it, and what its data directory holds. */
export interface EtcdStart {
  /** The container that it runs in. */
  readonly nodeKey: string;
  readonly name: string;
  readonly peerUrl: string;
  readonly clientUrl: string;
  readonly token: string;
  readonly how: 'new' | 'join' | 'own-data';
  readonly initialCluster: readonly { readonly name: string; readonly peerUrl: string }[];
  readonly dataDir: EtcdDataDir | null;
  /** It ended by itself: removed from its cluster, or a directory that it cannot go on from. */
  readonly exited: (why: string) => void;
}

/** A running etcd. */
export interface EtcdHandle {
  /** Its clients' endpoint on its own node. */
  readonly client: LeaseClient;
  /** What `/readyz` says: a voter with a leader. */
  readonly isReady: () => Promise<boolean>;
  /** What it would leave behind now. */
  readonly dataDir: () => EtcdDataDir;
  readonly setPaused: (paused: boolean) => void;
  readonly end: () => void;
}

/** What the removal of a voter left: the voters after it, and which of their processes it can talk to. */
export interface Removal {
  readonly byKey: string;
  readonly memberId: string;
  readonly voters: readonly EtcdMember[];
  readonly isWell: (member: EtcdMember) => boolean;
}

/** All etcd processes of a run. */
export interface EtcdWorld {
  /** Throws where etcd would exit at once. */
  readonly start: (options: EtcdStart) => EtcdHandle;
  readonly onRemoval: (listener: (removal: Removal) => void) => void;
  /** Told of a member whose committed entries its leader does not have: a quorum has forgotten them. */
  readonly onConflict: (listener: (nodeKey: string) => void) => void;
  /** Tells those that end by themselves; to be called after each instant, as the model has no timers. */
  readonly reap: () => void;
  /** To be called after each change of who reaches whom, or of a hosts file. */
  readonly reachabilityChanged: () => void;
  /** The node's present connections stay half open, as after a change of its address. */
  readonly breakOff: (nodeKey: string) => void;
}
