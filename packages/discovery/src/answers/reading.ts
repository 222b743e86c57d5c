/** What an answer's data means, or why it means nothing. */
export type Reading<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly code: 'schema' | 'too-large'; readonly reason: string };

/** Data that has not the documented shape. */
export function unreadable(reason: string): {
  readonly ok: false;
  readonly code: 'schema';
  readonly reason: string;
} {
  return { ok: false, code: 'schema', reason };
}
