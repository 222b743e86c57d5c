import type { Branch, Lsn, PatroniHost, Row, Standby } from '../kernel/contracts.ts';
import { contains, type Position } from './history.ts';
import type { Life } from './life.ts';
import { TIMINGS } from './timings.ts';

interface Sender {
  readonly standby: Standby;
  flushedLsn: Lsn;
  /** When the standby was last known to be there. */
  repliedAtMs: number;
  /** WAL arrives in order: nothing earlier than what was sent before it. */
  arrivesAtMs: number;
  sentLsn: Lsn;
}

interface Waiting {
  readonly row: Row;
  readonly acknowledged: (row: Row) => void;
}

/** `synchronous_standby_names`: how many of which standbys a commit waits for. */
export interface SyncNames {
  readonly names: readonly string[];
  readonly count: number;
}

/** The sending side of streaming replication on a primary, with the commits that wait for standbys. */
export class WalSenders {
  readonly #host: PatroniHost;
  readonly #life: Life;
  readonly #end: () => Position | null;
  readonly #senders = new Map<string, Sender>();
  #waiting: readonly Waiting[] = [];
  #syncNames: SyncNames = { names: [], count: 0 };
  /** Where the WAL ended when a name was set: a standby that has this is known to be synchronous. */
  readonly #namedAtLsn = new Map<string, Lsn>();

  /** `end` is where the primary's WAL ends; null while this is no running primary. */
  constructor(host: PatroniHost, life: Life, end: () => Position | null) {
    this.#host = host;
    this.#life = life;
    this.#end = end;
  }

  get syncNames(): SyncNames {
    return this.#syncNames;
  }

  attach(standby: Standby): boolean {
    const end = this.#end();
    const position = standby.position();
    if (end === null || !contains(end, position)) return false;
    const nowMs = this.#host.scheduler.nowMs();
    const known = this.#senders.get(standby.nodeId);
    const sender: Sender =
      known?.standby === standby
        ? known
        : {
            standby,
            flushedLsn: position.endLsn,
            repliedAtMs: nowMs,
            arrivesAtMs: nowMs,
            sentLsn: position.endLsn,
          };
    this.#senders.set(standby.nodeId, sender);
    sender.repliedAtMs = nowMs;
    sender.flushedLsn = position.endLsn;
    // What was sent and has not arrived although its time has come was lost with a connection: it is sent again.
    if (sender.arrivesAtMs <= nowMs) sender.sentLsn = position.endLsn;
    if (sender.sentLsn < end.endLsn || position.branch.id !== end.branch.id) this.#send(sender, end);
    this.#settle();
    return true;
  }

  /** New WAL goes to every standby; a commit waits if `synchronous_standby_names` says so. */
  appended(row: Row, acknowledged: (row: Row) => void): void {
    const end = this.#end();
    this.#waiting = [...this.#waiting, { row, acknowledged }];
    if (end !== null) for (const sender of this.#senders.values()) this.#send(sender, end);
    this.#settle();
  }

  /** The standbys with a connection: a broken one is only noticed after `wal_sender_timeout`. */
  active(): readonly string[] {
    const nowMs = this.#host.scheduler.nowMs();
    for (const [nodeId, sender] of this.#senders) {
      // A process that ends closes its connections; a cut is only noticed by silence.
      if (!this.#listening(sender)) this.#senders.delete(nodeId);
      else if (this.#reachable(sender)) sender.repliedAtMs = nowMs;
      else if (nowMs - sender.repliedAtMs > TIMINGS.walSenderTimeoutMs) this.#senders.delete(nodeId);
    }
    return [...this.#senders.keys()].sort();
  }

  /** The connected standbys that answer now and have all WAL since they were named: `sync_confirmed`. */
  confirmed(): readonly string[] {
    return [...this.#senders].flatMap(([nodeId, { flushedLsn }]) => {
      const namedAt = this.#namedAtLsn.get(nodeId);
      return namedAt !== undefined && flushedLsn >= namedAt ? [nodeId] : [];
    });
  }

  flushedLsn(nodeId: string): Lsn {
    return this.#senders.get(nodeId)?.flushedLsn ?? 0;
  }

  nameSynchronous(syncNames: SyncNames): void {
    const endLsn = this.#end()?.endLsn ?? 0;
    for (const name of [...this.#namedAtLsn.keys()]) {
      if (!syncNames.names.includes(name)) this.#namedAtLsn.delete(name);
    }
    for (const name of syncNames.names) {
      if (!this.#namedAtLsn.has(name)) this.#namedAtLsn.set(name, endLsn);
    }
    this.#syncNames = syncNames;
    this.#settle();
  }

  /** How long a clean stop waits until every connected standby has confirmed everything. */
  flushMs(): number {
    const nowMs = this.#host.scheduler.nowMs();
    const waits = [...this.#senders.values()].map((sender) =>
      this.#reachable(sender)
        ? Math.max(0, sender.arrivesAtMs - nowMs) + this.#host.roundTripMs(sender.standby.address)
        : 0,
    );
    return Math.max(0, ...waits);
  }

  /** The server stopped: connections break and commits that waited are never acknowledged. */
  stop(): void {
    this.#senders.clear();
    this.#waiting = [];
    this.#namedAtLsn.clear();
    this.#syncNames = { names: [], count: 0 };
  }

  #reachable({ standby }: Sender): boolean {
    return this.#host.peer(standby.address)?.nodeId === standby.nodeId;
  }

  #listening({ standby }: Sender): boolean {
    const end = this.#end();
    return end !== null && standby.receive(this.#host.settings().nodeId, end.branch, 0);
  }

  #send(sender: Sender, { branch, endLsn }: { readonly branch: Branch; readonly endLsn: Lsn }): void {
    const { scheduler, roundTripMs, settings } = this.#host;
    const latencyMs = roundTripMs(sender.standby.address) / 2;
    const copyMs = Math.max(0, endLsn - sender.sentLsn) / TIMINGS.bytesPerMs;
    const arrivesAtMs = Math.max(sender.arrivesAtMs, scheduler.nowMs() + latencyMs + copyMs);
    sender.arrivesAtMs = arrivesAtMs;
    sender.sentLsn = endLsn;
    this.#life.at(arrivesAtMs, () => {
      if (this.#end()?.branch.id !== branch.id || !this.#reachable(sender)) return;
      if (!sender.standby.receive(settings().nodeId, branch, endLsn)) return;
      this.#life.at(scheduler.nowMs() + latencyMs, () => {
        if (this.#end()?.branch.id !== branch.id || !this.#reachable(sender)) return;
        sender.flushedLsn = Math.max(sender.flushedLsn, endLsn);
        sender.repliedAtMs = scheduler.nowMs();
        this.#settle();
      });
    });
  }

  #settle(): void {
    if (this.#waiting.length === 0) return;
    const { names, count } = this.#syncNames;
    const flushed = names.map((name) => this.flushedLsn(name));
    const done = (row: Row) => flushed.filter((lsn) => lsn >= row.lsn).length >= count;
    const settled = this.#waiting.filter(({ row }) => done(row));
    this.#waiting = this.#waiting.filter(({ row }) => !done(row));
    for (const { row, acknowledged } of settled) acknowledged(row);
  }
}
