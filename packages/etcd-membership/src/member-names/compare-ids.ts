/**
 * Orders ids, which are plain ASCII, for a sort. `localeCompare` would depend on the locale and load the tables for it, 2 to
 * 3 MB of the 80 that an agent has.
 */
export function compareIds(left: string, right: string): number {
  if (left === right) return 0;
  return left < right ? -1 : 1;
}
