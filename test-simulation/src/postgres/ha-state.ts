import type { PatroniHost } from '../kernel/contracts.ts';
import { type ClusterState, emptyCluster, failsafeText, registrationText } from './cluster-state.ts';
import type { Dcs } from './dcs.ts';
import type { Life } from './life.ts';
import type { Server } from './server.ts';
import { TIMINGS } from './timings.ts';

/** An action that outlasts a loop: initdb, clone, rewind, crash recovery, promotion, demotion. */
export interface LongAction {
  readonly name: 'initdb' | 'clone' | 'rewind' | 'crash-recovery' | 'promote' | 'demote';
  cancelled: boolean;
}

/** What Patroni's loop remembers, and the few things that everything in it does. */
export class HaState {
  readonly host: PatroniHost;
  readonly life: Life;
  readonly dcs: Dcs;
  readonly server: Server;
  cluster: ClusterState = emptyCluster;
  /** Addresses of the members when there was a leader the last time. */
  oldMembers: ReadonlyMap<string, string> = new Map();
  action: LongAction | null = null;
  /** initdb is done, and its keys are not written yet. */
  bootstrapping = false;
  /** PostgreSQL has run through a whole loop of this process. */
  startedOnce = false;
  /** Patroni's `_leader_expiry`, but counted from the request on. */
  leaderUntilMs = 0;
  /** No checkpoint since the promotion: nobody may rewind from here. */
  checkpointDue = false;
  /** The primary that said so by `POST /failsafe`, for a ttl. */
  failsafeLeader: { readonly nodeId: string; readonly untilMs: number } | null = null;
  #woken = false;
  #wake: (() => void) | null = null;

  constructor(host: PatroniHost, life: Life, dcs: Dcs, server: Server) {
    this.host = host;
    this.life = life;
    this.dcs = dcs;
    this.server = server;
  }

  get me(): string {
    return this.host.settings().nodeId;
  }

  get nowMs(): number {
    return this.host.scheduler.nowMs();
  }

  get hasLock(): boolean {
    return this.cluster.leader === this.me;
  }

  get isUnlocked(): boolean {
    return this.cluster.leader === null;
  }

  async load(): Promise<void> {
    const read = await this.dcs.load();
    if (read.leader !== null || this.oldMembers.size === 0) {
      this.oldMembers = new Map([...read.members].map(([name, { address }]) => [name, address]));
    }
    const known = this.failsafeLeader;
    const injected =
      read.leader === null && known !== null && known.untilMs > this.nowMs ? known.nodeId : read.leader;
    this.cluster = { ...read, leader: injected };
    if (!this.hasLock) this.leaderUntilMs = 0;
  }

  async acquireLock(): Promise<boolean> {
    const acquired = await this.dcs.acquireLeader();
    this.leaderUntilMs = acquired ? this.dcs.leaseUntilMs : 0;
    return acquired;
  }

  /** Renews the key, then says where the WAL ends and who must agree under failsafe mode. */
  async updateLock(withStatus: boolean): Promise<boolean> {
    const held = await this.dcs.updateLeader();
    this.leaderUntilMs = held ? this.dcs.leaseUntilMs : 0;
    if (!held) return false;
    const endLsn = this.server.position()?.endLsn;
    if (withStatus && endLsn !== undefined && endLsn !== this.cluster.lastLsn) {
      await this.dcs.put('status', JSON.stringify({ optime: endLsn, slots: null }));
    }
    await this.#writeFailsafe();
    return true;
  }

  async #writeFailsafe(): Promise<void> {
    const addresses = new Map([...this.cluster.members].map(([name, { address }]) => [name, address]));
    addresses.set(this.me, addresses.get(this.me) ?? this.host.settings().address);
    const text = failsafeText(addresses);
    if (this.cluster.failsafe !== null && failsafeText(this.cluster.failsafe) === text) return;
    await this.dcs.put('failsafe', text);
    this.cluster = { ...this.cluster, failsafe: addresses };
  }

  /** Gives the leader key away, and says where the WAL ended. */
  async releaseLock(): Promise<void> {
    this.leaderUntilMs = 0;
    const endLsn = this.server.position()?.endLsn;
    if (endLsn !== undefined) await this.dcs.put('status', JSON.stringify({ optime: endLsn, slots: null }));
    await this.dcs.deleteLeader();
  }

  touchMember(): Promise<void> {
    const { server, action } = this;
    const { address } = this.host.settings();
    const { data } = server;
    const running = server.phase === 'running' && action?.name !== 'clone';
    const standby = server.role === 'replica' && running;
    return this.dcs.touchMember(
      registrationText({
        address,
        role: data === null ? 'uninitialized' : server.role,
        state: this.stateText,
        replicationState: standby ? (server.upstream?.streaming ? 'streaming' : 'in archive recovery') : null,
        lsn: running ? (data?.endLsn ?? null) : null,
        timeline: running ? (data?.branch.timeline ?? null) : null,
        checkpointed: !(server.isPrimary && this.checkpointDue),
      }),
    );
  }

  get stateText(): string {
    if (this.action?.name === 'initdb') return 'initializing new cluster';
    if (this.action?.name === 'clone') return 'creating replica';
    return this.server.phase;
  }

  /** Runs what outlasts a loop; the loop is woken at its end. */
  run(name: LongAction['name'], work: (action: LongAction) => Promise<void>): void {
    const action: LongAction = { name, cancelled: false };
    this.action = action;
    const beganAtMs = this.nowMs;
    const done = () => {
      if (this.action === action) this.action = null;
      // One that took no time has failed at once; the next loop is soon enough to try again.
      if (this.nowMs > beganAtMs) this.wake();
    };
    // A failed write to etcd only ends the action: the next loop reads again and goes on.
    this.life.through(work(action)).then(done, done);
  }

  wake(): void {
    this.#woken = true;
    this.#wake?.();
  }

  /** Until the time has passed or something calls `wake`. */
  async idle(ms: number): Promise<void> {
    if (!this.#woken) {
      await this.life.through(
        new Promise<void>((resolve) => {
          const cancel = this.host.scheduler.at(this.nowMs + Math.max(1, ms), resolve);
          this.#wake = () => {
            cancel();
            resolve();
          };
        }),
      );
    }
    this.#wake = null;
    this.#woken = false;
  }

  /** How long calls to all these addresses take together: one that is silent takes the whole timeout. */
  async callAll(addresses: readonly string[], tries: number): Promise<void> {
    const times = addresses.map((address) =>
      this.host.peer(address) === null
        ? TIMINGS.restTimeoutMs * tries
        : Math.min(this.host.roundTripMs(address), TIMINGS.restTimeoutMs * tries),
    );
    if (times.length > 0) await this.life.sleep(Math.max(...times));
  }
}
