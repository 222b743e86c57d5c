/**
 * Whether an answer is about the app that was asked for. Flux compares names without regard to case, but only that of
 * ASCII: `toLowerCase` alone would also take a Kelvin sign for a k.
 */
export function isSameApp(named: string, asked: string): boolean {
  return /^[\x20-\x7e]*$/.test(named) && named.toLowerCase() === asked.toLowerCase();
}
