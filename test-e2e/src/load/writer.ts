import { setTimeout as delay } from 'node:timers/promises';
import type pg from 'pg';
import { connectSql, disconnectSql, type Login } from '../cluster/sql.ts';
import { messageOf } from '../waiting.ts';
import { type Gap, gapsBetween, lengthMs, longestGap } from './gaps.ts';
import { insertRow, type Ledger } from './ledger.ts';

/** A write or a connection that failed. */
export interface WriteError {
  readonly atMs: number;
  readonly message: string;
}

/** What a writer has seen. All times are of `performance.now()`. */
export interface WriteReport {
  readonly acknowledged: number;
  readonly longestGap: Gap;
  /** Gaps of more than a second, the earliest first. */
  readonly longGaps: readonly Gap[];
  readonly errors: readonly WriteError[];
}

/** Between two writes, and before a failed one is followed by the next. */
const PAUSE_MS = 60;
/** Long enough to show when a connection to an old primary is left open: that gap then is what the test measures. */
const TIMEOUTS = { connectMs: 2000, queryMs: 10_000 };
const LONG_GAP_MS = 1000;

/** A client that keeps writing through one port, as an application does: it reconnects and goes on with the next row. */
export class Writer {
  readonly #login: Login;
  readonly #name: string;
  readonly #ledger: Ledger;
  readonly #startedMs = performance.now();
  readonly #acknowledgedMs: number[] = [];
  readonly #errors: WriteError[] = [];
  readonly #finished: Promise<void>;
  #stopping = false;

  constructor(login: Login, name: string, ledger: Ledger) {
    this.#login = login;
    this.#name = name;
    this.#ledger = ledger;
    this.#finished = this.#write();
  }

  /** What has been seen until now, the time since the last acknowledgement included. */
  report(): WriteReport {
    const gaps = gapsBetween(this.#startedMs, this.#acknowledgedMs, performance.now());
    return {
      acknowledged: this.#acknowledgedMs.length,
      longestGap: longestGap(gaps),
      longGaps: gaps.filter((gap) => lengthMs(gap) > LONG_GAP_MS),
      errors: [...this.#errors],
    };
  }

  /** The first acknowledgement after a moment, or null. */
  firstAcknowledgedAfter(momentMs: number): number | null {
    return this.#acknowledgedMs.find((atMs) => atMs > momentMs) ?? null;
  }

  /** Ends after the write under way. */
  async stop(): Promise<WriteReport> {
    this.#stopping = true;
    await this.#finished;
    return this.report();
  }

  async #write(): Promise<void> {
    let client: pg.Client | null = null;
    for (let row = 1; !this.#stopping; row += 1) {
      try {
        client ??= await connectSql(this.#login, TIMEOUTS);
        await client.query(insertRow, [this.#name, row]);
        this.#acknowledgedMs.push(performance.now());
        this.#ledger.acknowledge(this.#name, row);
      } catch (error) {
        // The row's fate is unknown, so its number is not used again.
        this.#errors.push({
          atMs: performance.now(),
          message: messageOf(error),
        });
        if (client !== null) disconnectSql(client);
        client = null;
      }
      await delay(PAUSE_MS);
    }
    if (client !== null) disconnectSql(client);
  }
}

/** Errors that a writer met outside of a gap: a failover explains only those within. */
export function errorsOutside({ errors }: WriteReport, { fromMs, toMs }: Gap): readonly WriteError[] {
  return errors.filter(({ atMs }) => atMs < fromMs || atMs > toMs);
}
