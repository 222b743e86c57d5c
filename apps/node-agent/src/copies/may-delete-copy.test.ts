import { describe, expect, it } from 'vitest';
import type { Copy } from './copy.ts';
import { aCopy } from './copy-builders.ts';
import { mayDeleteCopy } from './may-delete-copy.ts';

const leader = aCopy(1, { at: [1, 90], from: [[1, 100]], running: ['primary', 2, 200] });

function verdict(copy: Copy, difference: Partial<{ copy: Copy; keyHeld: boolean }> | null = {}) {
  return mayDeleteCopy({
    copy,
    leader: difference === null ? null : { copy: leader, keyHeld: true, ...difference },
  });
}

describe('a copy', () => {
  it.each(['clone', 'initdb'] as const)('that an unfinished %s left may be deleted at once', (unfinished) => {
    expect(verdict(aCopy(2, { unfinished }), null)).toEqual({ may: true, reason: 'partial-copy' });
  });

  it('may be deleted once a serving leader holds all of it', () => {
    expect(verdict(aCopy(2, { at: [1, 100] }))).toEqual({ may: true, reason: 'contained-in-leader' });
  });

  it.each([
    ['nobody leads', aCopy(2), null, 'no-leader'],
    ['the leader’s key is a ghost', aCopy(2), { keyHeld: false }, 'no-leader'],
    ['the leader does not serve', aCopy(2), { copy: aCopy(1) }, 'no-leader'],
    [
      'the leader is itself a replica',
      aCopy(2),
      { copy: aCopy(1, { running: ['replica', 1, 200] }) },
      'no-leader',
    ],
    ['it is the leader’s own', aCopy(1), {}, 'leader-itself'],
    ['it is of another system', aCopy(2, { systemId: '7' }), {}, 'foreign-system'],
    ['a rewind of it was cut short', aCopy(2, { unfinished: 'rewind' as const }), {}, 'rewind-cut-short'],
    ['nobody knows how far it reaches', aCopy(2, { at: null }), {}, 'position-unknown'],
    ['it has rows that the leader lacks', aCopy(2, { at: [1, 101] }), {}, 'tail-kept'],
  ])('is kept while %s', (_name, copy, difference, reason) => {
    expect(verdict(copy, difference)).toEqual({ may: false, reason });
  });
});
