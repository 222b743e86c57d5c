import { describe, expect, it } from 'vitest';
import { aDocument } from '../loop/member-builder.ts';
import { OTHER } from '../loop/view-builder.ts';
import { readStatusAnswer } from './read-status-answer.ts';

const read = (document: unknown) => readStatusAnswer({ kind: 'authenticated', document, roundTripMs: 3 });

describe('what a peer tells', () => {
  it('is authenticated only with a status that can be read', () => {
    expect(read(aDocument())).toEqual({ kind: 'authenticated', document: aDocument(), roundTripMs: 3 });
    expect(read({ ...aDocument(), nodeId: 'x' })).toEqual({
      kind: 'present',
      reason: 'unreadable',
      detail: 'unreadable status: nodeId',
    });
    expect(read(null)).toMatchObject({ kind: 'present' });
  });

  it('may say more than this version knows, and less than the version after', () => {
    expect(read({ ...aDocument(), somethingNew: true })).toMatchObject({
      kind: 'authenticated',
      document: { nodeId: OTHER },
    });
    const { listedByQuorum: _, ...older } = aDocument();
    expect(read(older)).toMatchObject({ kind: 'authenticated', document: { listedByQuorum: null } });
  });

  it('is left as it is where nobody proved anything', () => {
    const silent = { kind: 'silent', reason: 'timeout', detail: 'no answer' } as const;
    expect(readStatusAnswer(silent)).toBe(silent);
  });
});
