import { EtcdError, type KeyValue } from '@flux-pg/etcd-membership';
import type { LeaseClient, Scheduler } from '../../kernel/contracts.ts';

interface Entry {
  readonly value: string;
  readonly modRevision: number;
  readonly leaseId: string | null;
}

/** One linearizable store with leases in virtual time: what Patroni needs of etcd, without any of its members. */
export class LeaseStore {
  readonly #scheduler: Scheduler;
  readonly entries = new Map<string, Entry>();
  readonly #leases = new Map<string, { untilMs: number; readonly ttlMs: number }>();
  readonly #watchers = new Set<{
    readonly key: string;
    readonly nodeId: string;
    readonly changed: () => void;
  }>();
  readonly #cutOff = new Set<string>();
  /** Nobody gets an answer. */
  outage = false;
  latencyMs = 4;
  #revision = 0;

  constructor(scheduler: Scheduler) {
    this.#scheduler = scheduler;
  }

  /** Everything is forgotten, leases too: a new etcd under the old address. */
  wipe(): void {
    this.entries.clear();
    this.#leases.clear();
  }

  cut(nodeId: string, isCut: boolean): void {
    if (isCut) this.#cutOff.add(nodeId);
    else this.#cutOff.delete(nodeId);
  }

  value(key: string): string | null {
    return this.entries.get(key)?.value ?? null;
  }

  /** When the lease of a key ends if nobody renews it; null without a lease. */
  expiryOf(key: string): number | null {
    return this.#leases.get(this.entries.get(key)?.leaseId ?? '')?.untilMs ?? null;
  }

  set(key: string, value: string, leaseId: string | null = null): number {
    this.#revision += 1;
    this.entries.set(key, { value, modRevision: this.#revision, leaseId });
    this.#tell(key);
    return this.#revision;
  }

  remove(key: string): void {
    if (this.entries.delete(key)) this.#tell(key);
  }

  client(nodeId: string, watches: boolean): LeaseClient {
    const call = <T>(work: () => T) => this.#call(nodeId, work);
    const refuse = () => Promise.reject(new EtcdError('unknown', 'not part of this store'));
    const leased = (leaseId: string | null) => {
      if (leaseId !== null && !this.#leases.has(leaseId))
        throw new EtcdError('unknown', 'requested lease not found');
    };
    const revisionOf = (key: string) => this.entries.get(key)?.modRevision ?? 0;
    const client: LeaseClient = {
      ...{ status: refuse, members: refuse, addLearner: refuse, promote: refuse, remove: refuse },
      ...{
        moveLeader: refuse,
        leaseOf: refuse,
        alarms: refuse,
        disarmNoSpace: refuse,
        defragment: refuse,
        close: () => undefined,
      },
      get: (key) => call(() => this.#read(key)),
      list: (prefix) =>
        call(() => {
          const keys = [...this.entries.keys()].filter((key) => key.startsWith(prefix)).sort();
          return { revision: this.#revision, entries: keys.flatMap((key) => this.#read(key) ?? []) };
        }),
      put: (key, value) => call(() => void this.set(key, value)),
      putIfUnchanged: (key, value, modRevision) =>
        call(() => revisionOf(key) === modRevision && this.set(key, value) > 0),
      delete: (key) => call(() => this.remove(key)),
      grantLease: (ttlMs) => call(() => this.#grant(ttlMs)),
      keepAlive: (leaseId) => call(() => this.#keepAlive(leaseId)),
      putWithLease: (key, value, leaseId) =>
        call(() => {
          leased(leaseId);
          this.set(key, value, leaseId);
        }),
      putIfAbsent: (key, value, leaseId) =>
        call(() => {
          leased(leaseId);
          return !this.entries.has(key) && this.set(key, value, leaseId) > 0;
        }),
      putIfHeld: (key, value, leaseId) =>
        call(() => {
          leased(leaseId);
          return (this.value(key) ?? value) === value && this.set(key, value, leaseId) > 0;
        }),
      deleteIfHeld: (key, value) =>
        call(() => {
          const held = this.value(key) === value;
          if (held) this.remove(key);
          return held;
        }),
    };
    return watches ? { ...client, watch: (key, changed) => this.#watch(key, nodeId, changed) } : client;
  }

  #read(key: string): KeyValue | null {
    const entry = this.entries.get(key);
    return entry === undefined ? null : { key, value: entry.value, modRevision: entry.modRevision };
  }

  async #call<T>(nodeId: string, work: () => T): Promise<T> {
    await this.#scheduler.sleep(this.latencyMs / 2);
    if (this.#unreachable(nodeId)) {
      await this.#scheduler.sleep(500);
      throw new EtcdError('unavailable', 'UNAVAILABLE');
    }
    const result = work();
    await this.#scheduler.sleep(this.latencyMs / 2);
    return result;
  }

  #unreachable(nodeId: string): boolean {
    return this.outage || this.#cutOff.has(nodeId);
  }

  #grant(ttlMs: number): string {
    this.#revision += 1;
    const leaseId = `lease-${this.#revision}`;
    this.#leases.set(leaseId, { untilMs: this.#scheduler.nowMs() + ttlMs, ttlMs });
    this.#expireAt(leaseId);
    return leaseId;
  }

  #keepAlive(leaseId: string): boolean {
    const lease = this.#leases.get(leaseId);
    if (lease === undefined) return false;
    lease.untilMs = this.#scheduler.nowMs() + lease.ttlMs;
    return true;
  }

  #expireAt(leaseId: string): void {
    const lease = this.#leases.get(leaseId);
    if (lease === undefined) return;
    this.#scheduler.at(lease.untilMs, () => {
      if (lease.untilMs > this.#scheduler.nowMs()) return this.#expireAt(leaseId);
      this.#leases.delete(leaseId);
      for (const [key, entry] of this.entries) if (entry.leaseId === leaseId) this.remove(key);
    });
  }

  #watch(key: string, nodeId: string, changed: () => void): () => void {
    const watcher = { key, nodeId, changed };
    this.#watchers.add(watcher);
    return () => this.#watchers.delete(watcher);
  }

  #tell(key: string): void {
    for (const watcher of this.#watchers) {
      if (watcher.key === key && !this.#unreachable(watcher.nodeId))
        this.#scheduler.at(this.#scheduler.nowMs(), watcher.changed);
    }
  }
}
