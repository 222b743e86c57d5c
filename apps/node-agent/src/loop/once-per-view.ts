import type { View } from './view.ts';

/** Computes what several rules read off the same view only once; a view never changes. */
export function oncePerView<T>(compute: (view: View) => T): (view: View) => T {
  const known = new WeakMap<View, { readonly value: T }>();
  return (view) => {
    const found = known.get(view);
    if (found !== undefined) return found.value;
    const value = compute(view);
    known.set(view, { value });
    return value;
  };
}
