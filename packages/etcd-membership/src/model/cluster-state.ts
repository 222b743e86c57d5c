import { createHash } from 'node:crypto';
import { findKey, type StoredKey, withKey } from './keyspace.ts';

/** A member as the replicated member list has it. */
export interface ListedMember {
  readonly id: string;
  readonly peerUrl: string;
  readonly isLearner: boolean;
  /** Empty until the member, once added, has started for the first time. */
  readonly name: string;
  readonly clientUrl: string | null;
}

/** All that etcd replicates, as it is after one entry of the log. Never changed, so that data directories can share it. */
export interface ClusterState {
  /** The revision of the last change of a key; etcd begins with 1. */
  readonly revision: number;
  /** Sorted by their bytes. */
  readonly keys: readonly StoredKey[];
  /** The revision at which a key was deleted, for those that are. */
  readonly deleted: ReadonlyMap<string, number>;
  /** Bytes ever written, old revisions included: what a file that is never defragmented holds. */
  readonly writtenBytes: number;
  readonly members: ReadonlyMap<string, ListedMember>;
  readonly removed: ReadonlySet<string>;
  /** Leases and their times to live; when they end is known to the leader alone. */
  readonly leases: ReadonlyMap<string, number>;
  /** Members that have raised the alarm. */
  readonly noSpace: ReadonlySet<string>;
}

/** The state before the first entry. */
export function initialState(members: readonly ListedMember[]): ClusterState {
  return {
    revision: 1,
    keys: [],
    deleted: new Map(),
    writtenBytes: 0,
    members: new Map(members.map((member) => [member.id, member])),
    removed: new Set(),
    leases: new Map(),
    noSpace: new Set(),
  };
}

function hashOf(text: string): string {
  return BigInt(`0x${createHash('sha1').update(text).digest('hex').slice(0, 16)}`).toString(16);
}

/** A founder's id depends on nothing but its peer URL and the token, as in etcd: founding again gives the same ids. */
export function founderId(peerUrl: string, token: string): string {
  return hashOf(`${peerUrl}\n${token}`);
}

/** An added member's id depends on the second of the addition, so that a member added again is another one. */
export function addedId(peerUrl: string, clusterId: string, addedAtMs: number): string {
  return hashOf(`${peerUrl}\n${clusterId}\n${Math.floor(addedAtMs / 1000)}`);
}

export function clusterIdOf(founderIds: readonly string[]): string {
  return hashOf([...founderIds].sort().join('\n'));
}

function bytesOf(key: string, value: string): number {
  return Buffer.byteLength(key) + Buffer.byteLength(value);
}

/** The bytes that the keys need without their history. */
export function liveBytes(state: ClusterState): number {
  return state.keys.reduce((sum, { key, value }) => sum + bytesOf(key, value), 0);
}

export function put(state: ClusterState, key: string, value: string, leaseId: string | null): ClusterState {
  const revision = state.revision + 1;
  const writtenBytes = state.writtenBytes + bytesOf(key, value);
  const keys = withKey(state.keys, { key, value, modRevision: revision, leaseId });
  if (!state.deleted.has(key)) return { ...state, revision, keys, writtenBytes };
  const deleted = new Map(state.deleted);
  deleted.delete(key);
  return { ...state, revision, keys, writtenBytes, deleted };
}

function withoutKeys(state: ClusterState, isDropped: (entry: StoredKey) => boolean): ClusterState {
  const dropped = state.keys.filter(isDropped);
  if (dropped.length === 0) return state;
  const revision = state.revision + 1;
  const deleted = new Map(state.deleted);
  for (const { key } of dropped) deleted.set(key, revision);
  return { ...state, revision, deleted, keys: state.keys.filter((entry) => !isDropped(entry)) };
}

export function deleteKey(state: ClusterState, key: string): ClusterState {
  if (findKey(state.keys, key) === null) return state;
  return withoutKeys(state, (entry) => entry.key === key);
}

export function grantLease(state: ClusterState, leaseId: string, ttlMs: number): ClusterState {
  return { ...state, leases: new Map(state.leases).set(leaseId, ttlMs) };
}

/** Ends leases and deletes their keys. */
export function revokeLeases(state: ClusterState, leaseIds: ReadonlySet<string>): ClusterState {
  const leases = new Map([...state.leases].filter(([id]) => !leaseIds.has(id)));
  return withoutKeys({ ...state, leases }, ({ leaseId }) => leaseId !== null && leaseIds.has(leaseId));
}

/** Adds a member, or changes what the list says of it. */
export function setMember(state: ClusterState, member: ListedMember): ClusterState {
  return { ...state, members: new Map(state.members).set(member.id, member) };
}

export function removeMember(state: ClusterState, memberId: string): ClusterState {
  const members = new Map(state.members);
  members.delete(memberId);
  const noSpace = new Set(state.noSpace);
  noSpace.delete(memberId);
  return { ...state, members, noSpace, removed: new Set(state.removed).add(memberId) };
}

export function raiseNoSpace(state: ClusterState, memberId: string): ClusterState {
  return { ...state, noSpace: new Set(state.noSpace).add(memberId) };
}

export function disarmNoSpace(state: ClusterState): ClusterState {
  return { ...state, noSpace: new Set() };
}

export function votersOf(state: ClusterState): readonly ListedMember[] {
  return [...state.members.values()].filter(({ isLearner }) => !isLearner);
}
