import type { Branch, Lsn, PatroniHost, PgData, Row, Standby } from '../kernel/contracts.ts';
import { contains, type Position } from './history.ts';
import type { Life } from './life.ts';
import { PROMOTION_BYTES, ROW_BYTES, TIMINGS } from './timings.ts';
import { WalSenders } from './wal-senders.ts';

/** What the postmaster does. A clean stop takes no writes any more but still sends. */
export type Phase = 'stopped' | 'starting' | 'running' | 'stopping';

/** PostgreSQL on this node's data directory. Everything is on disk as soon as it is there: `fsync` is on. */
export class Server {
  readonly #host: PatroniHost;
  readonly #life: Life;
  readonly senders: WalSenders;
  phase: Phase = 'stopped';
  role: 'primary' | 'replica' = 'replica';
  /** The node that this replica is told to stream from. */
  #upstream: { readonly nodeId: string; streaming: boolean } | null = null;
  readonly #standby: Standby;
  /** A start that was overtaken by a stop must not come to its end. */
  #run = 0;

  constructor(host: PatroniHost, life: Life) {
    this.#host = host;
    this.#life = life;
    this.senders = new WalSenders(host, life, () => this.#sendingEnd());
    this.#standby = {
      nodeId: host.settings().nodeId,
      get address() {
        return host.settings().address;
      },
      position: () => this.position() ?? { branch: UNKNOWN, endLsn: 0 },
      receive: (from, branch, endLsn) => this.#receive(from, branch, endLsn),
    };
  }

  get data(): PgData | null {
    return this.#host.disk.read();
  }

  get writable(): boolean {
    return this.phase === 'running' && this.role === 'primary';
  }

  get isPrimary(): boolean {
    return this.role === 'primary' && this.phase !== 'stopped';
  }

  get upstream(): { readonly nodeId: string; readonly streaming: boolean } | null {
    return this.#upstream;
  }

  position(): Position | null {
    const { data } = this;
    return data === null ? null : { branch: data.branch, endLsn: data.endLsn };
  }

  save(change: Partial<PgData>): void {
    const { data } = this;
    if (data !== null) this.#host.disk.write({ ...data, ...change });
  }

  /** Starts as a standby. A half-rewound directory never gets to a consistent state: it stays in `starting`. */
  start(): void {
    this.#run += 1;
    const run = this.#run;
    this.phase = 'starting';
    this.role = 'replica';
    this.#upstream = null;
    if (this.data?.unfinished === 'rewind') return;
    this.#life.at(this.#host.scheduler.nowMs() + TIMINGS.startMs, () => {
      if (run !== this.#run || this.data === null) return;
      this.phase = 'running';
      this.save({ controlState: 'in archive recovery', consistent: true });
    });
  }

  /** The first start after initdb: as a primary, on the first timeline. */
  startInitialized(): void {
    this.#run += 1;
    this.phase = 'running';
    this.role = 'primary';
    this.save({ controlState: 'in production' });
  }

  /** At once, as `pg_ctl stop -m immediate` and a crash do: the control file does not get to know. */
  halt(): void {
    this.#run += 1;
    this.phase = 'stopped';
    this.role = 'replica';
    this.#upstream = null;
    this.senders.stop();
  }

  /** Cleanly: no more writes from now on; connected standbys get everything; a shutdown checkpoint. */
  async stop(): Promise<void> {
    if (this.phase === 'stopped') return;
    this.#run += 1;
    const wasPrimary = this.role === 'primary';
    const hadStarted = this.phase === 'running';
    this.phase = 'stopping';
    await this.#life.sleep(TIMINGS.stopMs + this.senders.flushMs());
    this.halt();
    const { data } = this;
    if (data === null || !hadStarted) return;
    this.save({
      controlState: wasPrimary ? 'shut down' : 'shut down in recovery',
      checkpointLsn: data.endLsn,
    });
  }

  /** Single-user crash recovery: replays to the end of the WAL and stops cleanly. */
  recoverFromCrash(): void {
    const { data } = this;
    if (data !== null) this.save({ controlState: 'shut down', checkpointLsn: data.endLsn });
  }

  /** The end of `pg_ctl promote`: a new timeline that leaves the old one here. */
  promote(): void {
    const { data } = this;
    if (data === null || this.phase !== 'running') return;
    const branch: Branch = {
      id: Math.floor(this.#host.scheduler.random() * Number.MAX_SAFE_INTEGER),
      systemId: data.branch.systemId,
      timeline: data.branch.timeline + 1,
      parent: { branch: data.branch, switchLsn: data.endLsn },
    };
    this.#upstream = null;
    this.role = 'primary';
    this.save({ branch, endLsn: data.endLsn + PROMOTION_BYTES, controlState: 'in production' });
  }

  /** A checkpoint, or a restartpoint somewhere in the past: a replica's control file may be far behind its WAL. */
  checkpoint(): void {
    const { data } = this;
    if (data === null || this.phase !== 'running') return;
    const behind =
      this.role === 'primary'
        ? 0
        : Math.floor((data.endLsn - data.checkpointLsn) * this.#host.scheduler.random());
    this.save({ checkpointLsn: data.endLsn - behind });
  }

  write(acknowledged: (row: Row) => void): Row | null {
    const { data } = this;
    if (!this.writable || data === null) return null;
    const row: Row = { branch: data.branch, lsn: data.endLsn + ROW_BYTES };
    this.save({ endLsn: row.lsn });
    this.senders.appended(row, acknowledged);
    return row;
  }

  /** The walreceiver: connects again and again, with each loop of Patroni. */
  follow(nodeId: string | null, address: string | null): void {
    if (this.phase !== 'running' || this.role !== 'replica') return;
    if (nodeId === null || address === null) {
      if (this.#upstream !== null) this.#upstream.streaming = false;
      return;
    }
    if (this.#upstream?.nodeId !== nodeId) this.#upstream = { nodeId, streaming: false };
    const peer = this.#host.peer(address);
    if (this.#upstream === null) return;
    this.#upstream.streaming = peer?.nodeId === nodeId && peer.attach(this.#standby);
  }

  #receive(from: string, branch: Branch, endLsn: Lsn): boolean {
    const position = this.position();
    const listening = this.phase === 'running' && this.role === 'replica' && this.#upstream?.nodeId === from;
    if (!listening || this.#life.ended || position === null || !this.#upstream?.streaming) return false;
    if (endLsn < position.endLsn) return true;
    if (!contains({ branch, endLsn }, position)) return false;
    this.save({ branch, endLsn });
    return true;
  }

  #sendingEnd(): Position | null {
    return this.isPrimary && this.phase !== 'starting' ? this.position() : null;
  }
}

/** Stands for the position of an empty directory; on nobody's history. */
const UNKNOWN: Branch = { id: -1, systemId: '', timeline: 0, parent: null };
