import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  decideAfterRestore,
  hearStart,
  isRestored,
  newStartIds,
  START_IDS_KEPT,
  startToTell,
  unknownStartIds,
  withUnknownStartIds,
} from './start-ids.ts';

function started(times: number, from: readonly string[] = [], mark = 'a'): readonly string[] {
  let ids = from;
  for (let start = 0; start < times; start += 1) ids = newStartIds(ids, mark);
  return ids;
}
const heard = (...startIds: (string | undefined)[]) =>
  startIds.map((startId) => ({ by: 'n2', startId: startId ?? '' }));

describe('start ids', () => {
  it('are numbered, and the last 200 are kept', () => {
    expect(started(2)).toEqual(['1-a', '2-a']);
    const many = started(300);
    expect(many).toHaveLength(START_IDS_KEPT);
    expect(many.at(-1)).toBe('300-a');
  });

  it('prove nothing while the volume knows what its peers remember', () => {
    expect(isRestored(started(3), heard('1-a', '3-a'))).toBe(false);
    expect(isRestored(started(3), [])).toBe(false);
  });

  it('prove a restored volume, before and after it has started as often again', () => {
    const backup = started(3);
    const lost = started(2, backup);
    for (let again = 1; again <= 5; again += 1) {
      expect(isRestored(started(again, backup, 'b'), heard(lost.at(-1)))).toBe(true);
    }
  });

  it('do not take a start that has left the list for one that was forgotten', () => {
    expect(isRestored(started(300), heard('100-a'))).toBe(false);
    expect(isRestored(started(300), heard('101-x'))).toBe(true);
    expect(isRestored(started(300), heard('without number'))).toBe(true);
  });

  it('never accuse a volume that was not restored', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 500 }), fc.nat(499), (starts, at) => {
        const then = started(Math.min(1 + at, starts));
        expect(isRestored(started(starts), heard(then.at(-1)))).toBe(false);
      }),
      { numRuns: 100 },
    );
  });

  it('are used once as a proof', () => {
    const restored = started(1, started(2), 'b');
    const proof = unknownStartIds(restored, heard('3-a', '4-a'));
    const marked = withUnknownStartIds(restored, proof);
    expect(marked).toEqual(['1-a', '2-a', '3-a', '4-a', '3-b']);
    expect(isRestored(marked, heard('3-a', '4-a', '3-b'))).toBe(false);
    expect(newStartIds(marked, 'b').at(-1)).toBe('5-b');
  });
});

describe('a restored volume', () => {
  const after = (difference: Partial<Parameters<typeof decideAfterRestore>[0]>) =>
    decideAfterRestore({
      restored: true,
      markedBefore: false,
      etcdData: true,
      otherMembers: ['n2', 'n3'],
      gone: new Set(['n2']),
      ...difference,
    });

  it('gives up its etcd data, once, and follows', () => {
    expect(after({})).toEqual({ quarantineEtcd: true, mayLead: false });
    expect(after({ markedBefore: true }).quarantineEtcd).toBe(false);
    expect(after({ etcdData: false }).quarantineEtcd).toBe(false);
  });

  it('leads only when all others are gone', () => {
    expect(after({ gone: new Set(['n2', 'n3']) }).mayLead).toBe(true);
    expect(after({ restored: false })).toEqual({ quarantineEtcd: false, mayLead: true });
  });
});

describe('the start of another node that is remembered', () => {
  it('is the last one that its status tells', () => {
    expect(hearStart(['1-a', '2-a'], ['1-a'])).toEqual({ startId: '2-a', isForgotten: false });
    expect(hearStart(['1-a'], [])).toEqual({ startId: '1-a', isForgotten: false });
    expect(hearStart([], [])).toBeNull();
  });

  it('stays one that its list lacks, through all later starts, until the list has it', () => {
    expect(hearStart(['1-a', '2-b'], ['2-a', '1-a'])).toEqual({ startId: '2-a', isForgotten: true });
    expect(hearStart(['1-a', '2-b', '3-b'], ['2-a'])).toEqual({ startId: '2-a', isForgotten: true });
    expect(hearStart(['1-a', '2-a', '2-b', '3-b'], ['2-a'])).toEqual({ startId: '3-b', isForgotten: false });
  });

  it('is told before what etcd has recorded where it was forgotten, else the later of both is', () => {
    const start = (startId: string, isForgotten: boolean) => ({ startId, isForgotten });
    expect(startToTell(start('2-a', true), '5-b')).toBe('2-a');
    expect(startToTell(start('2-a', false), '5-b')).toBe('5-b');
    expect(startToTell(start('6-b', false), '5-b')).toBe('6-b');
    expect(startToTell(undefined, '5-b')).toBe('5-b');
    expect(startToTell(start('6-b', false), undefined)).toBe('6-b');
    expect(startToTell(undefined, undefined)).toBeUndefined();
  });

  it('proves to the node that it was put back, however often it has started since', () => {
    const start = fc.integer({ min: 1, max: 4 });
    fc.assert(
      fc.property(start, start, start, (kept, lost, since) => {
        const backup = started(kept);
        const before = started(lost, backup);
        let known: string[] = [];
        const hear = (told: readonly string[]) => {
          const heard = hearStart(told, known);
          known = heard === null ? known : [heard.startId];
          return startToTell(heard ?? undefined, undefined);
        };
        hear(before);
        for (let count = 1; count <= since; count += 1) {
          const restored = started(count, backup, 'b');
          const told = hear(restored);
          expect(told !== undefined && isRestored(restored, [{ by: 'n2', startId: told }])).toBe(true);
        }
      }),
    );
  });
});
