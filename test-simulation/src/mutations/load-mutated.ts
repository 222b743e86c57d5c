import { registerHooks } from 'node:module';
import { edited, type Mutation } from './mutation.ts';

/** The root of the repository. */
export const ROOT = new URL('../../../', import.meta.url);

function textOf(source: unknown): string {
  if (typeof source === 'string') return source;
  if (source instanceof Uint8Array) return new TextDecoder().decode(source);
  throw new Error('a module without a source');
}

/** From now on this thread loads the mutated sources in place of the real ones, which stay as they are on disk. */
export function loadMutated({ edits }: Mutation): void {
  const byUrl = new Map<string, typeof edits>();
  for (const edit of edits) {
    const { href } = new URL(edit.file, ROOT);
    byUrl.set(href, [...(byUrl.get(href) ?? []), edit]);
  }
  registerHooks({
    load: (url, context, next) => {
      const loaded = next(url, context);
      const wanted = byUrl.get(url.split('?')[0] ?? url);
      return wanted === undefined
        ? loaded
        : { ...loaded, source: wanted.reduce(edited, textOf(loaded.source)) };
    },
  });
}
