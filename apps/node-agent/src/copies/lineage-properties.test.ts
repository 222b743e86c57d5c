import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { chooseLead } from './choose-lead.ts';
import type { Copy } from './copy.ts';
import { aCopy, nodeId } from './copy-builders.ts';
import { compareLineages, isBehind, isContained, type Lineage, lineageOf } from './lineage.ts';

/** A node that keeps its WAL as a list of records, none of which is ever written twice. */
interface Node {
  records: string[];
  timeline: number;
  history: [number, number][];
  /** It made its timeline and has followed nobody since; only such a node writes. */
  writer: boolean;
}

type Step = { kind: 'write' | 'ship' | 'promote' | 'follow'; node: number; other: number; amount: number };

const NODES = 5;
const step: fc.Arbitrary<Step> = fc.record({
  kind: fc.constantFrom('write', 'write', 'ship', 'ship', 'promote', 'follow'),
  node: fc.nat(NODES - 1),
  other: fc.nat(NODES - 1),
  amount: fc.integer({ min: 1, max: 120 }),
});

const startsWith = (whole: readonly string[], part: readonly string[]) =>
  part.length <= whole.length && part.every((record, index) => record === whole[index]);

function timelineAt(source: Node, length: number): [number, [number, number][]] {
  const index = source.history.findIndex(([, switched]) => length < switched);
  const found = index === -1 ? undefined : source.history[index];
  return found === undefined ? [source.timeline, source.history] : [found[0], source.history];
}

/** Takes up to `amount` of the source's records that it lacks, after it has cut off its own tail where `rewind`. */
function take(target: Node, source: Node, amount: number, rewind: boolean): void {
  if (target === source) return;
  if (!startsWith(source.records, target.records)) {
    if (!rewind) return;
    const shared = target.records.findIndex((record, index) => record !== source.records[index]);
    target.records = target.records.slice(0, shared);
  }
  target.writer = false;
  target.records = source.records.slice(0, target.records.length + amount);
  [target.timeline, target.history] = timelineAt(source, target.records.length);
}

/** Plays promotions, writes, shipping and rewinds; `knowing` nodes take numbers that nobody has taken before. */
function play(steps: readonly Step[], knowing: boolean): Copy[] {
  const nodes = Array.from(
    { length: NODES },
    (_, index): Node => ({ records: [], timeline: 1, history: [], writer: index === 0 }),
  );
  const taken = new Set<string>();
  let written = 0;
  const promote = (node: Node) => {
    const before = node.history.filter(([timeline]) => timeline < node.timeline);
    const history: [number, number][] = [...before, [node.timeline, node.records.length]];
    const timeline = knowing ? taken.size + 2 : node.timeline + 1;
    // Twice the same number at the same place could be told apart by nobody, and takes two leader keys at once.
    const key = JSON.stringify([timeline, history]);
    if (taken.has(key)) return;
    taken.add(key);
    Object.assign(node, { timeline, history, writer: true });
    node.records.push(`record ${written++}`);
  };
  for (const { kind, node: n, other, amount } of steps) {
    const node = nodes[n];
    const source = nodes[other];
    if (node === undefined || source === undefined) continue;
    if (kind === 'ship') take(node, source, amount, false);
    if (kind === 'follow') take(node, source, amount, true);
    if (kind === 'promote') promote(node);
    if (kind !== 'write' || !node.writer) continue;
    for (let count = 0; count < amount; count += 1) node.records.push(`record ${written++}`);
  }
  records.clear();
  return nodes.map((node, index) => {
    records.set(nodeId(index + 1), node.records);
    return aCopy(index + 1, { at: [node.timeline, node.records.length], from: node.history });
  });
}

const records = new Map<string, string[]>();
const recordsOf = (copy: Copy) => records.get(copy.nodeId) ?? [];

const histories = fc.tuple(fc.array(step, { maxLength: 40 }), fc.boolean());

function lineage(copy: Copy): Lineage {
  const found = lineageOf(copy);
  if (found === null) throw new Error(`no lineage: ${JSON.stringify(copy)}`);
  return found;
}

const sign = (value: number) => Math.sign(value);

describe('after any promotions, forks and rewinds', () => {
  it('a copy is contained in another exactly when all its records are there', () => {
    let forks = 0;
    fc.assert(
      fc.property(histories, ([steps, knowing]) => {
        const copies = play(steps, knowing);
        for (const x of copies) {
          for (const y of copies) {
            expect(isContained(x, y)).toBe(startsWith(recordsOf(y), recordsOf(x)));
            if (!isContained(x, y) && !isContained(y, x)) forks += 1;
          }
        }
      }),
      { numRuns: 400 },
    );
    expect(forks).toBeGreaterThan(100);
  });

  it('copies are in one total order, in which nobody comes before what is behind it', () => {
    fc.assert(
      fc.property(histories, fc.option(fc.nat(NODES - 1)), ([steps, knowing], last) => {
        const copies = play(steps, knowing);
        const lines = copies.map(lineage);
        const lastLineage = last === null ? null : (lines[last] ?? null);
        const compare = (x: Lineage, y: Lineage) => sign(compareLineages(x, y, lastLineage));
        for (const [i, x] of lines.entries()) {
          for (const [j, y] of lines.entries()) {
            expect(compare(x, y) + compare(y, x)).toBe(0);
            const [left, right] = [copies[i], copies[j]];
            if (left && right && isBehind(left, right)) expect(compare(x, y)).toBe(-1);
            for (const z of lines) {
              if (compare(x, y) <= 0 && compare(y, z) <= 0) expect(compare(x, z)).toBeLessThanOrEqual(0);
            }
          }
        }
      }),
      { numRuns: 300 },
    );
  });

  it('the lead is the same in any order of the copies, behind nobody, and every lost record is in a named tail', () => {
    const shuffled = fc.shuffledSubarray([0, 1, 2, 3, 4], { minLength: NODES });
    const lost = fc.uniqueArray(fc.integer({ min: 1, max: NODES }), { maxLength: 3 });
    fc.assert(
      fc.property(
        histories,
        shuffled,
        fc.option(fc.integer({ min: 1, max: NODES })),
        lost,
        ([steps, knowing], order, last, away) => {
          const copies = play(steps, knowing);
          const gone = new Set(away.map(nodeId));
          const options = { lastPrimary: last === null ? null : nodeId(last), passOverUnknown: false };
          const lead = chooseLead(copies, gone, options);
          const other = chooseLead(
            order.flatMap((index) => copies[index] ?? []),
            gone,
            options,
          );
          expect(other).toEqual(lead);
          const chosen = copies.find((copy) => copy.nodeId === lead.nodeId);
          if (chosen === undefined) throw new Error('there is always a copy');
          expect(gone.has(chosen.nodeId)).toBe(false);
          for (const copy of copies.filter((each) => !gone.has(each.nodeId))) {
            expect(isBehind(chosen, copy)).toBe(false);
            const whole = startsWith(recordsOf(chosen), recordsOf(copy));
            expect(lead.tails.some((tail) => tail.nodeId === copy.nodeId)).toBe(!whole);
          }
        },
      ),
      { numRuns: 400 },
    );
  });
});
