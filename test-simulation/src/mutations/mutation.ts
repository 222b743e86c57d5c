import type { Violation } from '../safety/violation.ts';

/** One change of a source file: a text that is in it exactly once, and what takes its place. */
export interface Edit {
  /** From the root of the repository. */
  readonly file: string;
  readonly find: string;
  readonly replace: string;
}

/** Where a mutation is looked for: seeds of a profile from 0 on, or written situations. */
export type Ground =
  | { readonly profile: string; readonly seeds: number }
  | { readonly situations: readonly string[] };

/** A deliberate mistake in the protocol. The checkers have to notice it, or the simulator has a hole. */
export interface Mutation {
  readonly name: string;
  /** The sentence of the design that it breaks. */
  readonly breaks: string;
  readonly edits: readonly Edit[];
  /** Searched in this order until something is violated. */
  readonly grounds: readonly Ground[];
  /** Why nothing notices it yet: a known hole of the simulator. */
  readonly hole?: string;
  /** Rules one of which has to be the one that is broken; any will do where it is left out. */
  readonly violates?: readonly Violation['rule'][];
}

/** The text with the edit made. Throws where the source has moved on and the edit does not fit any more. */
export function edited(source: string, { file, find, replace }: Edit): string {
  const places = source.split(find).length - 1;
  if (places !== 1) throw new Error(`${file} has ${places} places for the mutation of: ${find}`);
  // A function, as `$` has a meaning in a replacement text.
  return source.replace(find, () => replace);
}
