import { describe, expect, it } from 'vitest';
import { leaderAncestors } from './ancestors.ts';

const first = [1, 0x3000060, 'no recovery target specified', '2026-01-01T00:00:00+00:00', 'b'];
const second = [2, 0x1_00000000, 'no recovery target specified', '2026-01-02T00:00:00+00:00', 'c'];
const told = (lines: unknown) => (typeof lines === 'string' ? lines : JSON.stringify(lines));
const ancestors = (lines: unknown, nodeId: string, timeline: number) =>
  leaderAncestors(lines === null ? null : told(lines), { nodeId, timeline });

describe('the ancestors of the leader’s timeline', () => {
  it('are none on the first one, whatever is left of a history', () => {
    expect(ancestors(null, 'a', 1)).toEqual([]);
    expect(ancestors([first], 'a', 1)).toEqual([]);
  });

  it('are read from the history whose last line names the leader', () => {
    expect(ancestors([first, second], 'c', 3)).toEqual([
      { timeline: 1, switchLsn: '0/3000060', nextLedBy: 'b' },
      { timeline: 2, switchLsn: '1/0', nextLedBy: 'c' },
    ]);
  });

  it('may have been led by nobody knows whom, except for the last', () => {
    expect(ancestors([first.slice(0, 3), second], 'c', 3)?.[0]?.nextLedBy).toBeNull();
    expect(ancestors([first, second.slice(0, 3)], 'c', 3)).toBeNull();
  });

  it('are unknown where another node made the last line: its branch has this number, too', () => {
    expect(ancestors([first], 'c', 2)).toBeNull();
  });

  it.each([
    ['there is none', null],
    ['it is no JSON', '{'],
    ['it is empty', []],
    ['it is of another shape', { 1: 2 }],
    ['a line is cut', [[1]]],
    ['it begins later', [second]],
    ['it is out of order', [second, first]],
    ['it goes beyond the leader', [first, second, [3, 5, '', '', 'c']]],
  ])('are unknown where %s', (_, lines) => {
    expect(ancestors(lines, 'c', 3)).toBeNull();
  });
});
