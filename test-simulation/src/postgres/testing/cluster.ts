import type {
  DiscardedWal,
  PatroniHost,
  PatroniProcess,
  PatroniSettings,
  PgData,
  Row,
} from '../../kernel/contracts.ts';
import { createScheduler } from '../../kernel/scheduler.ts';
import { contains } from '../history.ts';
import { startPatroni } from '../start-patroni.ts';
import { LeaseStore } from './lease-store.ts';

/** A small generator of random numbers (mulberry32). */
export function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** One node: what outlives its Patroni, and the Patroni. */
interface Node {
  readonly nodeId: string;
  readonly address: string;
  disk: PgData | null;
  process: PatroniProcess | null;
  exitStatus: number | null;
  bootstrap: boolean;
}

/** A few Patronis over one store, with a network that can be cut. */
export class TestCluster {
  readonly scheduler;
  readonly store: LeaseStore;
  readonly nodes = new Map<string, Node>();
  readonly acknowledged: Row[] = [];
  readonly discarded: DiscardedWal[] = [];
  /** Moments at which two nodes took writes under a valid lease. */
  readonly splits: string[] = [];
  roundTripMs = 20;
  readonly #cuts = new Set<string>();
  readonly #options;

  constructor(options: {
    readonly names: string;
    readonly seed?: number;
    readonly synchronousMode?: PatroniSettings['synchronousMode'];
    readonly watches?: boolean;
  }) {
    this.#options = options;
    this.scheduler = createScheduler(seeded(options.seed ?? 1));
    this.store = new LeaseStore(this.scheduler);
    [...options.names].forEach((nodeId, index) => {
      const fresh = { disk: null, process: null, exitStatus: null, bootstrap: false };
      this.nodes.set(nodeId, { nodeId, address: `192.0.2.${index + 1}`, ...fresh });
    });
  }

  node(nodeId: string): Node {
    const node = this.nodes.get(nodeId);
    if (node === undefined) throw new Error(`there is no node ${nodeId}`);
    return node;
  }

  start(names: string): void {
    for (const nodeId of names) {
      const node = this.node(nodeId);
      node.exitStatus = null;
      node.process = startPatroni(this.#hostOf(node));
    }
  }

  /** Starts all nodes empty, the first of them as the one that may run initdb, and waits until all stream. */
  async form(): Promise<void> {
    const [first = ''] = this.nodes.keys();
    this.node(first).bootstrap = true;
    this.start([...this.nodes.keys()].join(''));
    await this.pass(60);
    this.node(first).bootstrap = false;
  }

  kill(names: string): void {
    for (const nodeId of names) {
      this.node(nodeId).process?.kill();
      this.node(nodeId).process = null;
    }
  }

  /** Cuts or mends every connection between the two groups; `etcd` may be in one of them. */
  cut(left: string, right: string, isCut = true): void {
    for (const a of left) {
      for (const b of right) {
        for (const pair of [a + b, b + a]) {
          if (isCut) this.#cuts.add(pair);
          else this.#cuts.delete(pair);
        }
      }
    }
  }

  cutFromEtcd(names: string, isCut = true): void {
    for (const nodeId of names) this.store.cut(nodeId, isCut);
  }

  pass(seconds: number): Promise<void> {
    return this.scheduler.runUntil(this.scheduler.nowMs() + seconds * 1000, () => {
      this.#checkPrimaries();
      return true;
    });
  }

  writable(): string {
    return [...this.nodes.values()]
      .flatMap(({ nodeId, process }) => (process?.database()?.writable ? nodeId : []))
      .join('');
  }

  /** The nodes that stream from a primary, as it says. */
  streaming(): string {
    const [primary = ''] = this.writable();
    return (this.nodes.get(primary)?.process?.status().replicating ?? []).join('');
  }

  write(nodeId: string, rows = 1): void {
    for (let row = 0; row < rows; row += 1) {
      this.node(nodeId).process?.write((written) => this.acknowledged.push(written));
    }
  }

  /** Acknowledged rows that the data on that node does not have. */
  missingOn(nodeId: string): readonly Row[] {
    const { disk } = this.node(nodeId);
    return this.acknowledged.filter(
      ({ branch, lsn }) => disk === null || !contains(disk, { branch, endLsn: lsn }),
    );
  }

  key(name: string): string | null {
    return this.store.value(`/service/shop/${name}`);
  }

  #checkPrimaries(): void {
    const nowMs = this.scheduler.nowMs();
    const valid = [...this.nodes.values()].filter(({ process }) => {
      const database = process?.database();
      return database?.writable && database.leaseUntilMs > nowMs;
    });
    if (valid.length > 1) this.splits.push(`${nowMs}: ${valid.map(({ nodeId }) => nodeId)}`);
  }

  #hostOf(node: Node): PatroniHost {
    const { nodeId, address } = node;
    const reached = (other: Node) => other.nodeId === nodeId || !this.#cuts.has(nodeId + other.nodeId);
    return {
      scheduler: this.scheduler,
      settings: () => ({
        ...{ nodeId, address, appName: 'shop', bootstrap: node.bootstrap },
        ...{ ttlMs: 30_000, loopWaitMs: 5000, retryTimeoutMs: 12_000 },
        synchronousMode: this.#options.synchronousMode ?? 'off',
      }),
      etcd: this.store.client(nodeId, this.#options.watches ?? true),
      disk: {
        read: () => node.disk,
        write: (data) => {
          node.disk = data;
        },
      },
      peer: (wanted) => {
        const other = [...this.nodes.values()].find((candidate) => candidate.address === wanted);
        return other !== undefined && reached(other) ? other.process : null;
      },
      roundTripMs: () => this.roundTripMs,
      exited: (status) => {
        node.exitStatus = status;
        node.process?.kill();
        node.process = null;
      },
      discarded: (wal) => this.discarded.push(wal),
    };
  }
}
