import { z } from 'zod';

/** Patroni before 4 calls the primary `master`. Other roles stay as they are. */
export const roleSchema = z.string().transform((role) => (role === 'master' ? 'primary' : role));

type Present<T> = { readonly [K in keyof T]?: Exclude<T[K], null | undefined> };

/** The fields that have a value: Patroni says both `null` and nothing for what it does not know. */
export function present<T extends object>(fields: T): Present<T> {
  const entries = Object.entries(fields).filter(([, value]) => value !== null && value !== undefined);
  // The compiler cannot follow a filter over entries.
  return Object.fromEntries(entries) as Present<T>;
}
