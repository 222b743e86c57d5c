import type { z } from 'zod';
import { type AtomicWriteOptions, readIfExists, writeAtomically } from './atomic-file.ts';
import { errnoOf } from './volume-error.ts';

/**
 * A document as found on disk. `corrupt` covers everything that is there and cannot be used: no JSON (also an empty or cut
 * file), another shape, or a file that the disk does not give. It must never be treated as absent.
 */
export type LoadedDocument<T> =
  | { readonly kind: 'absent' }
  | { readonly kind: 'loaded'; readonly value: T }
  | {
      readonly kind: 'corrupt';
      readonly reason: 'unreadable' | 'not-json' | 'schema';
      readonly detail: string;
    };

/** Loads a JSON document. The detail of a corrupt one never quotes its content, which may be secret. */
export async function loadDocument<T>(path: string, schema: z.ZodType<T>): Promise<LoadedDocument<T>> {
  let text: string | null;
  try {
    text = await readIfExists(path);
  } catch (error) {
    return { kind: 'corrupt', reason: 'unreadable', detail: `${path}: ${errnoOf(error) ?? 'unknown error'}` };
  }
  if (text === null) return { kind: 'absent' };
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    return {
      kind: 'corrupt',
      reason: 'not-json',
      detail: `${path}: ${text.length} characters that are no JSON`,
    };
  }
  const parsed = schema.safeParse(json);
  if (parsed.success) return { kind: 'loaded', value: parsed.data };
  const places = parsed.error.issues.map(
    ({ path: at, code }) => `${at.map(String).join('.') || 'the whole'} (${code})`,
  );
  return { kind: 'corrupt', reason: 'schema', detail: `${path}: ${places.slice(0, 5).join(', ')}` };
}

/** Writes a JSON document atomically; it is on disk when this returns. System errors pass through. */
export async function saveDocument(path: string, value: unknown, options: AtomicWriteOptions): Promise<void> {
  await writeAtomically(path, `${JSON.stringify(value, null, 2)}\n`, options);
}
