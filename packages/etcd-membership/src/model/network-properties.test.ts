import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { EtcdError } from '../port/etcd-error.ts';
import type { WriteFate } from './client-access.ts';
import type { EtcdDataDir } from './data-dir.ts';
import { ELECTION_MS, peerUrlOf, TestBed } from './network-builders.ts';

const NODES = ['a', 'b', 'c', 'd', 'e'] as const;
const FOUNDERS = NODES.slice(0, 3);
/** Hundreds of schedules take seconds, and more on a busy machine. */
const TIMEOUT_MS = 60_000;

type Step =
  | { readonly kind: 'write' | 'read' | 'kill' | 'restart' | 'pause' | 'resume'; readonly node: string }
  | { readonly kind: 'add' | 'remove' | 'promote' | 'breakOff'; readonly node: string; readonly by: string }
  | { readonly kind: 'cut' | 'heal'; readonly from: string; readonly to: string }
  | { readonly kind: 'elapse'; readonly ms: number }
  | { readonly kind: 'fate'; readonly fate: WriteFate };

const node = fc.constantFrom(...NODES);
const anyStep: fc.Arbitrary<Step> = fc.oneof(
  { weight: 8, arbitrary: fc.record({ kind: fc.constantFrom('write' as const, 'read' as const), node }) },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constantFrom('kill' as const, 'restart' as const, 'pause' as const, 'resume' as const),
      node,
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constantFrom('add' as const, 'remove' as const, 'promote' as const, 'breakOff' as const),
      node,
      by: node,
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({ kind: fc.constantFrom('cut' as const, 'heal' as const), from: node, to: node }),
  },
  {
    weight: 3,
    arbitrary: fc.record({ kind: fc.constant('elapse' as const), ms: fc.integer({ min: 1, max: 4000 }) }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('fate' as const),
      fate: fc.constantFrom<WriteFate[]>('answer', 'lose-answer', 'lose-request'),
    }),
  },
);

/** Runs one cluster through anything that may happen to it and keeps account of what it promised. */
class Account {
  readonly bed: TestBed;
  /** The last number that a write was acknowledged for, or a read has seen: nothing older may be seen again. */
  seen = 0;
  #written = 0;
  readonly #byRevision = new Map<number, string>();
  readonly #ids = new Map<string, string>();

  constructor(random: () => number) {
    // Long enough for things to happen while a member still lacks something.
    this.bed = new TestBed({ random, timing: { catchUpMs: 100 + 4000 * random() } });
    this.bed.found(FOUNDERS);
    this.bed.nowMs += 8000;
    for (const each of FOUNDERS) this.#ids.set(each, this.bed.process(each).memberId);
  }

  /** Runs a call whose failure is nothing to wonder at. */
  async #attempt<T>(call: () => Promise<T>): Promise<T | null> {
    try {
      return await call();
    } catch (cause) {
      if (cause instanceof EtcdError) return null;
      throw cause;
    }
  }

  async read(at: string): Promise<boolean> {
    const found = await this.#attempt(() => this.bed.etcd(at).list('n'));
    if (found === null) return false;
    const [entry] = found.entries;
    const value = Number(entry?.value ?? 0);
    expect(value).toBeGreaterThanOrEqual(this.seen);
    this.seen = value;
    if (entry !== undefined) {
      expect(this.#byRevision.get(entry.modRevision) ?? entry.value).toBe(entry.value);
      this.#byRevision.set(entry.modRevision, entry.value);
    }
    return true;
  }

  async #write(at: string): Promise<void> {
    this.#written += 1;
    const value = this.#written;
    const done = await this.#attempt(async () => {
      await this.bed.etcd(at).put('n', String(value));
      return true;
    });
    if (done === true) this.seen = value;
  }

  /** The first node from `start` on whose process is in this state: a random one would seldom be. */
  #nextIn(state: 'ended' | 'paused', start: string): string | null {
    const at = NODES.indexOf(start as 'a');
    const turned = [...NODES.slice(at), ...NODES.slice(0, at)];
    return turned.find((each) => this.bed.processes.get(each)?.state() === state) ?? null;
  }

  #restart(at: string): void {
    const process = this.bed.processes.get(at);
    // Who heard of its own removal would not start, and its node has no other member yet.
    if (process === undefined || process.state() !== 'ended' || process.exitReason() === 'removed') return;
    this.bed.restart(at);
  }

  /** A node without a member joins as a new one, as after its emptied volume. */
  async #add(at: string, by: string): Promise<void> {
    const process = this.bed.processes.get(at);
    const isFree = process === undefined || process.exitReason() === 'removed';
    if (!isFree) return;
    const added = await this.#attempt(() => this.bed.etcd(by).addLearner(peerUrlOf(at)));
    if (added === null) return;
    this.#ids.set(at, added.id);
    const members = await this.#attempt(() => this.bed.etcd(by).members());
    const initialCluster = members?.map(({ name, peerUrls: [peerUrl = ''] }) => ({ name, peerUrl })) ?? [];
    const own = { name: at, peerUrl: peerUrlOf(at) };
    try {
      this.bed.start(at, { kind: 'join', initialCluster: [...initialCluster, own] });
    } catch (cause) {
      expect(cause).toMatchObject({ name: 'EtcdStartError' });
    }
  }

  async run(step: Step): Promise<void> {
    const { bed } = this;
    switch (step.kind) {
      case 'write':
        return this.#write(step.node);
      case 'read':
        await this.read(step.node);
        return;
      case 'kill':
        bed.processes.get(step.node)?.kill();
        return;
      case 'restart':
        return this.#restart(this.#nextIn('ended', step.node) ?? step.node);
      case 'pause':
        bed.processes.get(step.node)?.pause();
        return;
      case 'resume':
        bed.processes.get(this.#nextIn('paused', step.node) ?? step.node)?.resume();
        return;
      case 'add':
        return this.#add(step.node, step.by);
      case 'remove':
        await this.#attempt(() => bed.etcd(step.by).remove(this.#ids.get(step.node) ?? '0'));
        return;
      case 'promote':
        await this.#attempt(() => bed.etcd(step.by).promote(this.#ids.get(step.node) ?? '0'));
        return;
      case 'breakOff':
        return bed.network.breakPeerConnections(step.node);
      case 'cut':
        bed.cut.add(`${step.from}>${step.to}`);
        return bed.network.surroundingsChanged();
      case 'heal':
        return step.from === step.to ? bed.heal() : bed.link([[step.from, step.to]], true);
      case 'elapse':
        bed.nowMs += step.ms;
        return;
      case 'fate':
        bed.fate = step.fate;
    }
  }

  /** Ends all faults, with a restart of everything for the connections that are half open. */
  calm(): void {
    this.bed.fate = 'answer';
    this.bed.heal();
    for (const at of NODES) this.bed.processes.get(at)?.kill();
    for (const at of NODES) this.#restart(at);
    this.bed.nowMs += 2 * ELECTION_MS + 4100;
  }

  exits(): readonly unknown[] {
    return [...this.bed.processes.values()].map((process) => process.exitReason());
  }
}

/** The same numbers for the same seed. */
function randomFrom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

describe('a cluster whose directories are never put back', () => {
  it('keeps every acknowledged write, reads nothing older than it read before, and serves again', {
    timeout: TIMEOUT_MS,
  }, async () => {
    let changes = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(anyStep, { maxLength: 60, size: 'max' }), fc.nat(), async (steps, seed) => {
        const account = new Account(randomFrom(seed));
        for (const step of steps) {
          await account.run(step);
          expect(account.exits()).not.toContain('log-lost');
          expect(account.exits()).not.toContain('log-conflict');
        }
        account.calm();
        const readable = await Promise.all(NODES.map((at) => account.read(at)));
        expect(readable).toContain(true);
        const leader = (await account.bed.leader(NODES[readable.indexOf(true)] ?? '')) ?? '';
        const members = await account.bed.etcd(leader).members();
        if (members.length !== 3 || members.some(({ name }) => !FOUNDERS.includes(name as 'a'))) changes += 1;
      }),
      { numRuns: 300 },
    );
    // A schedule that never changes a member would prove little.
    expect(changes).toBeGreaterThan(5);
  });

  it('does the same in the same steps', { timeout: TIMEOUT_MS }, async () => {
    const run = async (steps: readonly Step[], seed: number) => {
      const account = new Account(randomFrom(seed));
      for (const step of steps) await account.run(step);
      const dirs = [...account.bed.processes.values()].map((process): EtcdDataDir => process.dataDir());
      return [account.bed.nowMs, account.seen, dirs];
    };
    await fc.assert(
      fc.asyncProperty(fc.array(anyStep, { maxLength: 40 }), fc.nat(), async (steps, seed) => {
        expect(await run(steps, seed)).toEqual(await run(steps, seed));
      }),
      { numRuns: 50 },
    );
  });
});

describe('two leaders of one cluster', () => {
  it('never commit both, however the network is cut', { timeout: TIMEOUT_MS }, async () => {
    const cuts = fc.array(fc.tuple(node, node), { maxLength: 12 });
    const rounds = fc.array(cuts, { minLength: 1, maxLength: 6 });
    await fc.assert(
      fc.asyncProperty(rounds, fc.nat(), async (all, seed) => {
        const bed = new TestBed({ random: randomFrom(seed), timing: { requestTimeoutMs: 0 } });
        bed.found(NODES);
        for (const cut of all) {
          bed.heal();
          bed.link(cut, false);
          bed.nowMs += seed % (3 * ELECTION_MS);
          const committing = new Set<string | null>();
          for (const at of NODES) {
            const write = bed.etcd(at).put('n', at);
            await write.then(async () => committing.add(await bed.leader(at))).catch(() => {});
          }
          expect(committing.size).toBeLessThanOrEqual(1);
        }
      }),
      { numRuns: 300 },
    );
  });
});
