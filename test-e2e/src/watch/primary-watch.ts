import { setTimeout as delay } from 'node:timers/promises';
import type pg from 'pg';
import { connectSql, disconnectSql, type Login } from '../cluster/sql.ts';
import { findOverlaps, type Overlap, type WritableSample } from './overlap.ts';

/** What is watched of a node. */
export interface Watched {
  readonly name: string;
  login(port: 'postgres'): Login;
}

const INTERVAL_MS = 100;
const TIMEOUTS = { connectMs: 1000, queryMs: 1500 };
const question = `select not pg_is_in_recovery() and current_setting('transaction_read_only') = 'off' as writable`;

/** Asks every node again and again whether it takes writes; at no moment may two say yes. */
export class PrimaryWatch {
  readonly #samples: WritableSample[] = [];
  readonly #finished: Promise<unknown>;
  #stopping = false;

  constructor(nodes: readonly Watched[]) {
    this.#finished = Promise.all(nodes.map((node) => this.#watch(node)));
  }

  /** How often some node said that it takes writes, so that a watch that saw nothing is told from one that saw no overlap. */
  get writableAnswers(): number {
    return this.#samples.filter(({ writable }) => writable).length;
  }

  /** Ends the watch. */
  async stop(): Promise<readonly Overlap[]> {
    this.#stopping = true;
    await this.#finished;
    return findOverlaps(this.#samples);
  }

  async #watch(node: Watched): Promise<void> {
    let client: pg.Client | null = null;
    while (!this.#stopping) {
      try {
        client ??= await connectSql(node.login('postgres'), TIMEOUTS);
        const askedMs = performance.now();
        const { rows } = await client.query<{ writable: boolean }>(question);
        const writable = rows[0]?.writable === true;
        this.#samples.push({
          node: node.name,
          askedMs,
          answeredMs: performance.now(),
          writable,
        });
      } catch {
        if (client !== null) disconnectSql(client);
        client = null;
      }
      await delay(INTERVAL_MS);
    }
    if (client !== null) disconnectSql(client);
  }
}
