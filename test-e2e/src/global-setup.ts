import { removeLeftovers } from './engine/leftovers.ts';

/** A run that was killed could not clean up; the next one does it. Returns what is done at the end of this one. */
export async function setup(): Promise<() => Promise<void>> {
  await removeLeftovers();
  return removeLeftovers;
}
