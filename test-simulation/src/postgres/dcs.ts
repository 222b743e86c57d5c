import { EtcdError } from '@flux-pg/etcd-membership';
import type { PatroniHost } from '../kernel/contracts.ts';
import { type ClusterState, readCluster } from './cluster-state.ts';
import type { Life } from './life.ts';
import { TIMINGS } from './timings.ts';

/** What Patroni does with etcd: every call is retried for `retry_timeout`, then fails with an `EtcdError`. */
export class Dcs {
  readonly #host: PatroniHost;
  readonly #life: Life;
  #lease: { readonly id: string; readonly untilMs: number } | null = null;
  /** The lease with which this process wrote the leader key. */
  #leaderLease: string | null = null;
  #refreshedAtMs = Number.NEGATIVE_INFINITY;
  #registered: string | null = null;

  constructor(host: PatroniHost, life: Life) {
    this.#host = host;
    this.#life = life;
  }

  get root(): string {
    return `/service/${this.#host.settings().appName}/`;
  }

  get #me(): string {
    return this.#host.settings().nodeId;
  }

  /** Until when etcd surely keeps this process's lease; counted from before the request, so never too long. */
  get leaseUntilMs(): number {
    return this.#lease?.untilMs ?? 0;
  }

  async load(): Promise<ClusterState> {
    const { entries } = await this.retry(() => this.#host.etcd.list(this.root));
    return readCluster(this.root, entries);
  }

  put(name: string, value: string): Promise<void> {
    return this.retry(() => this.#host.etcd.put(this.root + name, value));
  }

  create(name: string, value: string): Promise<boolean> {
    return this.retry(() => this.#host.etcd.putIfAbsent(this.root + name, value, null));
  }

  delete(name: string): Promise<void> {
    return this.retry(() => this.#host.etcd.delete(this.root + name));
  }

  /** The revision that it has now, or null if somebody else was faster. */
  async replace(name: string, value: string, revision: number): Promise<number | null> {
    const key = this.root + name;
    const written = await this.retry(() => this.#host.etcd.putIfUnchanged(key, value, revision));
    if (!written) return null;
    const entry = await this.retry(() => this.#host.etcd.get(key));
    return entry?.value === value ? entry.modRevision : null;
  }

  /** Keeps the lease alive, or makes a new one where etcd has forgotten it. Once a loop, unless forced. */
  async refreshLease(force: boolean): Promise<void> {
    const { scheduler, settings, etcd } = this.#host;
    if (!force && this.#lease !== null && this.#refreshedAtMs + settings().loopWaitMs > scheduler.nowMs())
      return;
    await this.retry(async () => {
      const { ttlMs } = settings();
      const sentAtMs = scheduler.nowMs();
      const id = this.#lease?.id ?? null;
      if (id !== null && (await etcd.keepAlive(id))) {
        this.#lease = { id, untilMs: sentAtMs + ttlMs };
      } else {
        this.#lease = null;
        const grantedFromMs = scheduler.nowMs();
        this.#lease = { id: await etcd.grantLease(ttlMs), untilMs: grantedFromMs + ttlMs };
        this.#registered = null;
      }
    });
    this.#refreshedAtMs = scheduler.nowMs();
  }

  /** Patroni refreshes its lease in each loop at least once, however short the loop was. */
  loopEnded(): void {
    this.#refreshedAtMs = Number.NEGATIVE_INFINITY;
  }

  async touchMember(value: string): Promise<void> {
    await this.refreshLease(false);
    const leaseId = this.#lease?.id;
    if (leaseId === undefined || this.#registered === value) return;
    await this.retry(() => this.#host.etcd.putWithLease(`${this.root}members/${this.#me}`, value, leaseId));
    this.#registered = value;
  }

  /** `attempt_to_acquire_leader`: only if there is no leader key. */
  async acquireLeader(): Promise<boolean> {
    await this.refreshLease(false);
    return this.#writeLeader((key, lease) => this.#host.etcd.putIfAbsent(key, this.#me, lease));
  }

  /** `take_leader`, at the end of a bootstrap: whatever is there. */
  async takeLeader(): Promise<void> {
    await this.refreshLease(false);
    await this.#writeLeader(async (key, lease) => {
      await this.#host.etcd.putWithLease(key, this.#me, lease);
      return true;
    });
  }

  /**
   * `update_leader`: the lease is refreshed; a key that another lease of ours carries (this Patroni was restarted, or etcd
   * has forgotten the lease) gets the new one, if it still holds our name or is gone.
   */
  async updateLeader(): Promise<boolean> {
    await this.refreshLease(true);
    if (this.#lease !== null && this.#lease.id === this.#leaderLease) return true;
    return this.#writeLeader((key, lease) => this.#host.etcd.putIfHeld(key, this.#me, lease));
  }

  async deleteLeader(): Promise<void> {
    this.#leaderLease = null;
    await this.retry(() => this.#host.etcd.deleteIfHeld(`${this.root}leader`, this.#me));
  }

  async #writeLeader(write: (key: string, leaseId: string) => Promise<boolean>): Promise<boolean> {
    const leaseId = this.#lease?.id;
    if (leaseId === undefined) return false;
    const written = await this.retry(() => write(`${this.root}leader`, leaseId));
    this.#leaderLease = written ? leaseId : null;
    return written;
  }

  async retry<T>(call: () => Promise<T>): Promise<T> {
    const { scheduler } = this.#host;
    const deadlineMs = scheduler.nowMs() + this.#host.settings().retryTimeoutMs;
    while (true) {
      try {
        return await this.#before(deadlineMs, call());
      } catch (error) {
        if (!(error instanceof EtcdError)) throw error;
        // Retrying cannot bring a forgotten lease back; the next loop grants a new one.
        if (/lease not found/i.test(error.message)) this.#lease = null;
        if (scheduler.nowMs() + TIMINGS.etcdRetryPauseMs >= deadlineMs) throw error;
        await this.#life.sleep(TIMINGS.etcdRetryPauseMs);
      }
    }
  }

  /** A call that hangs must not hang the loop: the leader has to notice in time that it cannot renew its key. */
  #before<T>(deadlineMs: number, call: Promise<T>): Promise<T> {
    return this.#life.through(
      new Promise((resolve, reject) => {
        const cancel = this.#host.scheduler.at(deadlineMs, () =>
          reject(new EtcdError('timeout', 'retry deadline exceeded')),
        );
        call.then(resolve, reject).finally(cancel);
      }),
    );
  }
}
