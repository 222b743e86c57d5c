import type { View } from './view.ts';

/**
 * Computes what several rules read off the same view only once; a view never changes. Only the last view's value is kept:
 * a tick asks about one view after the other, and a map of them would cost more than it saves.
 */
export function oncePerView<T>(compute: (view: View) => T): (view: View) => T {
  let last: { readonly view: View; readonly value: T } | null = null;
  return (view) => {
    if (last?.view === view) return last.value;
    const value = compute(view);
    last = { view, value };
    return value;
  };
}

/**
 * As {@link oncePerView} for what rests on a few parts of a view: while a tick remembers, views follow each other that differ
 * in what they remember only. `parts` names all that `compute` reads, one of them an object that is new in each tick.
 */
export function oncePerParts<T>(
  parts: (view: View) => readonly [object, ...unknown[]],
  compute: (view: View) => T,
): (view: View) => T {
  let last: { readonly parts: readonly unknown[]; readonly value: T } | null = null;
  return (view) => {
    const now = parts(view);
    if (last?.parts.every((part, index) => part === now[index]) === true) return last.value;
    const value = compute(view);
    last = { parts: now, value };
    return value;
  };
}
