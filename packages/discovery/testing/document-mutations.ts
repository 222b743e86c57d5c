import fc from 'fast-check';
import { strangeValue } from './answer-arbitraries.ts';

/** One change of a document, at a place that is counted through all its values. */
export interface Mutation {
  readonly kind: 'replace' | 'remove' | 'add' | 'repeat';
  readonly place: number;
  readonly key: string;
  readonly value: unknown;
}

type Path = readonly string[];

const REMOVED = Symbol('removed');

function isTree(value: unknown): value is Readonly<Record<string, unknown>> | readonly unknown[] {
  return typeof value === 'object' && value !== null;
}

function pathsIn(value: unknown, path: Path = []): readonly Path[] {
  if (!isTree(value)) return [path];
  return [path, ...Object.entries(value).flatMap(([key, inner]) => pathsIn(inner, [...path, key]))];
}

function changed(value: unknown, [key, ...rest]: Path, change: (value: unknown) => unknown): unknown {
  if (key === undefined) return change(value);
  if (!isTree(value)) return value;
  const entries = Object.entries(value)
    .map(([name, inner]) => [name, name === key ? changed(inner, rest, change) : inner] as const)
    .filter(([, inner]) => inner !== REMOVED);
  // `fromEntries` makes a field of `__proto__`, as `JSON.parse` does.
  return Array.isArray(value) ? entries.map(([, inner]) => inner) : Object.fromEntries(entries);
}

function changeOf({ kind, key, value }: Mutation): (old: unknown) => unknown {
  switch (kind) {
    case 'replace':
      return () => value;
    case 'remove':
      return () => REMOVED;
    case 'add':
      return (old) => {
        if (Array.isArray(old)) return [...old, value];
        return isTree(old) ? Object.fromEntries([...Object.entries(old), [key, value]]) : old;
      };
    case 'repeat':
      return (old) => (Array.isArray(old) ? [...old, ...old] : [old, old]);
  }
}

/** The document after these changes; without any place left it is null. */
export function mutated(document: unknown, mutations: readonly Mutation[]): unknown {
  return mutations.reduce<unknown>((before, mutation) => {
    const paths = pathsIn(before);
    const path = paths[mutation.place % paths.length] ?? [];
    const after = changed(before, path, changeOf(mutation));
    return after === REMOVED ? null : after;
  }, document);
}

const mutation: fc.Arbitrary<Mutation> = fc.record({
  kind: fc.constantFrom('replace', 'remove', 'add', 'repeat'),
  place: fc.nat({ max: 200 }),
  key: fc.constantFrom('__proto__', 'constructor', 'toString', 'ip', 'name', 'length', '0', 'extra'),
  value: strangeValue,
});

/** A document of a route as it is, with a few changes, or something else altogether. */
export function wildDocument(document: fc.Arbitrary<unknown>): fc.Arbitrary<unknown> {
  return fc.oneof(
    { weight: 2, arbitrary: document },
    {
      weight: 6,
      arbitrary: fc
        .tuple(document, fc.array(mutation, { minLength: 1, maxLength: 3 }))
        .map(([sound, mutations]) => mutated(sound, mutations)),
    },
    { weight: 1, arbitrary: strangeValue },
    { weight: 1, arbitrary: fc.jsonValue({ maxDepth: 4 }) },
  );
}
