import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Branch } from '../kernel/contracts.ts';
import { contains, forkOf, historyLines, type Position } from './history.ts';

const root: Branch = { id: 1, systemId: '7000000000', timeline: 1, parent: null };

function child(parent: Branch, id: number, switchLsn: number): Branch {
  return {
    id,
    systemId: parent.systemId,
    timeline: parent.timeline + 1,
    parent: { branch: parent, switchLsn },
  };
}

/** Trees of branches, and a position on each. */
const positions = fc
  .array(fc.record({ parent: fc.nat(), length: fc.integer({ min: 1, max: 100 }), cut: fc.nat(99) }), {
    minLength: 1,
    maxLength: 6,
  })
  .map((steps) => {
    const tree: Position[] = [{ branch: root, endLsn: 100 }];
    for (const [index, { parent, length, cut }] of steps.entries()) {
      const from = tree[parent % tree.length] ?? { branch: root, endLsn: 100 };
      const start = from.branch.parent?.switchLsn ?? 0;
      const switchLsn = start + Math.floor(((from.endLsn - start) * cut) / 99);
      tree.push({ branch: child(from.branch, index + 2, switchLsn), endLsn: switchLsn + length });
    }
    return tree;
  });

const two = fc.tuple(positions, fc.nat(), fc.nat()).map(([tree, left, right]) => {
  const at = (index: number): Position => tree[index % tree.length] ?? { branch: root, endLsn: 100 };
  return [at(left), at(right)] as const;
});

describe('forkOf', () => {
  it('is the last position that both histories contain, whichever is asked first', () => {
    fc.assert(
      fc.property(two, ([left, right]) => {
        const fork = forkOf(left, right);
        if (fork === null) return expect.unreachable('both have the same root');
        expect(contains(left, fork) && contains(right, fork)).toBe(true);
        expect(forkOf(right, left)?.endLsn).toBe(fork.endLsn);
        expect(contains({ branch: left.branch, endLsn: fork.endLsn }, right)).toBe(
          right.endLsn === fork.endLsn,
        );
      }),
    );
  });

  it('is null for two systems', () => {
    const other: Branch = { ...root, id: 99, systemId: '7999999999' };
    expect(forkOf({ branch: root, endLsn: 5 }, { branch: other, endLsn: 5 })).toBeNull();
  });
});

describe('contains', () => {
  it('ends with the switch on an older branch', () => {
    const next = child(root, 2, 50);
    expect(contains({ branch: next, endLsn: 80 }, { branch: root, endLsn: 50 })).toBe(true);
    expect(contains({ branch: next, endLsn: 80 }, { branch: root, endLsn: 51 })).toBe(false);
    expect(contains({ branch: root, endLsn: 80 }, { branch: next, endLsn: 60 })).toBe(false);
  });
});

describe('historyLines', () => {
  it('names every timeline that was left, oldest first', () => {
    const second = child(root, 2, 50);
    expect(historyLines(child(second, 3, 70))).toMatchObject([
      { 0: 1, 1: 50 },
      { 0: 2, 1: 70 },
    ]);
    expect(historyLines(root)).toEqual([]);
  });
});
