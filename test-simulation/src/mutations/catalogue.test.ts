import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { mutations } from './catalogue/index.ts';
import { ROOT } from './load-mutated.ts';
import { edited } from './mutation.ts';

describe('the deliberate mistakes', () => {
  it.each(mutations.map(({ name, edits }) => [name, edits] as const))(
    '%s still has its places',
    (_, edits) => {
      const sources = new Map<string, string>();
      for (const edit of edits) {
        const source = sources.get(edit.file) ?? readFileSync(new URL(edit.file, ROOT), 'utf8');
        sources.set(edit.file, edited(source, edit));
        expect(sources.get(edit.file)).not.toBe(source);
      }
    },
  );

  it('have names of their own', () => {
    expect(new Set(mutations.map(({ name }) => name)).size).toBe(mutations.length);
  });
});

it('an edit without its place, or with two, is an error', () => {
  expect(() => edited('a b', { file: 'f', find: 'c', replace: 'd' })).toThrow('0 places');
  expect(() => edited('a a', { file: 'f', find: 'a', replace: 'd' })).toThrow('2 places');
});
