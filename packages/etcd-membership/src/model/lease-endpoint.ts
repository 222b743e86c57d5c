import type { KeyRange } from '../port/etcd-endpoint.ts';
import type { ClientAccess } from './client-access.ts';
import { type ClusterState, deleteKey, grantLease, put, revokeLeases } from './cluster-state.ts';
import type { Consensus } from './consensus.ts';
import { findKey, keysUnder } from './keyspace.ts';
import { rangeOf } from './model-endpoint.ts';
import { reserveSpace } from './model-writes.ts';

/**
 * What Patroni uses of etcd and the agent does not; only the model has it. Errors are those of the port. Leases end only
 * while there is a leader with a quorum, and an election gives each its whole time again plus that of an election.
 */
export interface EtcdLeaseEndpoint {
  /** @returns the lease's id, which stays valid when members restart */
  grant(ttlMs: number): Promise<string>;
  /** Starts the lease's time anew. @returns false if there is no such lease any more */
  keepAlive(leaseId: string): Promise<boolean>;
  /** What is left of its time; null if it has ended. */
  timeToLiveMs(leaseId: string): Promise<number | null>;
  /** Ends a lease and deletes its keys; one that has ended is no error. */
  revoke(leaseId: string): Promise<void>;
  /** @returns false if the lease has ended, and then nothing was written */
  put(key: string, value: string, leaseId: string | null): Promise<boolean>;
  /** @returns whether it was written: the key did not exist, and the lease has not ended */
  putIfAbsent(key: string, value: string, leaseId: string | null): Promise<boolean>;
  /** Writes only over the given value. @returns whether it was written */
  putIfValue(key: string, value: string, expected: string, leaseId: string | null): Promise<boolean>;
  /** @returns whether it was deleted: it had this value */
  deleteIfValue(key: string, expected: string): Promise<boolean>;
  /**
   * The revision of the last change under `prefix`, deletions included, as this node's member has it; 0 if there was none,
   * null if no member answers. Costs no waiting, and stands for a watch: what is watched has changed if it has.
   */
  revisionOf(prefix: string): number | null;
  /**
   * What this node's member has, which may be old: a serializable read, as Patroni's own are. A member that is cut off answers
   * it, and a learner does. Null if no member answers.
   */
  peek(prefix: string): KeyRange | null;
}

/** Makes what counts the changes under a prefix; states never change, so each is counted once. */
function createRevisionCounter(): (state: ClusterState, prefix: string) => number {
  const known = new WeakMap<ClusterState['keys'], Map<string, number>>();
  return (state, prefix) => {
    let counted = known.get(state.keys);
    if (counted === undefined) {
      counted = new Map();
      known.set(state.keys, counted);
    }
    const cached = counted.get(prefix);
    if (cached !== undefined) return cached;
    let revision = 0;
    for (const { modRevision } of keysUnder(state.keys, prefix)) revision = Math.max(revision, modRevision);
    for (const [key, deletedAt] of state.deleted) {
      if (key.startsWith(prefix)) revision = Math.max(revision, deletedAt);
    }
    counted.set(prefix, revision);
    return revision;
  };
}

/** The lease calls to one node of the model. */
export function createLeaseEndpoint(consensus: Consensus, access: ClientAccess): EtcdLeaseEndpoint {
  const { read, write, present } = access;
  const revisionIn = createRevisionCounter();

  function putIf(
    key: string,
    value: string,
    leaseId: string | null,
    isWanted: (present: string | null) => boolean,
  ): Promise<boolean> {
    return write('put', key, (member, leader) => {
      reserveSpace(consensus, member, leader, key + value);
      const { state } = leader.log;
      if (leaseId !== null && !state.leases.has(leaseId)) return false;
      if (!isWanted(findKey(state.keys, key)?.value ?? null)) return false;
      consensus.commit(leader, put(state, key, value, leaseId));
      return true;
    });
  }

  return {
    grant: (ttlMs) =>
      write('grant', '', (_, leader) => {
        const { log } = leader;
        // The entry's own place: no later one has it, not even after this one was forgotten.
        const leaseId = `${leader.term}-${log.index + 1}`;
        consensus.commit(leader, grantLease(log.state, leaseId, ttlMs));
        consensus.renewLease(leader, leaseId, ttlMs);
        return leaseId;
      }),
    keepAlive: (leaseId) =>
      write('keepAlive', leaseId, (_, leader) => {
        const ttlMs = leader.log.state.leases.get(leaseId);
        if (ttlMs === undefined) return false;
        consensus.renewLease(leader, leaseId, ttlMs);
        return true;
      }),
    timeToLiveMs: (leaseId) =>
      read((_, leader) => {
        const expiryMs = leader.leadership?.leaseExpiryMs.get(leaseId);
        return expiryMs === undefined ? null : Math.max(0, expiryMs - consensus.clock.nowMs());
      }),
    revoke: (leaseId) =>
      write('revoke', leaseId, (_, leader) => {
        const { state } = leader.log;
        if (!state.leases.has(leaseId)) return;
        leader.leadership?.leaseExpiryMs.delete(leaseId);
        consensus.commit(leader, revokeLeases(state, new Set([leaseId])));
      }),
    put: (key, value, leaseId) => putIf(key, value, leaseId, () => true),
    putIfAbsent: (key, value, leaseId) => putIf(key, value, leaseId, (there) => there === null),
    putIfValue: (key, value, expected, leaseId) => putIf(key, value, leaseId, (there) => there === expected),
    deleteIfValue: (key, expected) =>
      write('delete', key, (_, leader) => {
        const { state } = leader.log;
        if (findKey(state.keys, key)?.value !== expected) return false;
        consensus.commit(leader, deleteKey(state, key));
        return true;
      }),
    revisionOf: (prefix) => {
      const member = present();
      return member === null ? null : revisionIn(member.log.state, prefix);
    },
    peek: (prefix) => {
      const member = present();
      return member === null ? null : rangeOf(member, prefix);
    },
  };
}
