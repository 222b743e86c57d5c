/** More than a cluster has keys; whoever changes so many at once makes everything be read again. */
const MOST_TEXTS = 500;

/** Reads equal texts only once: nearly all that etcd holds is the same in every tick. What is read must not be changed. */
export function oncePerText<T>(read: (text: string) => T): (text: string) => T {
  const known = new Map<string, { readonly value: T }>();
  return (text) => {
    const found = known.get(text);
    if (found !== undefined) return found.value;
    const value = read(text);
    if (known.size >= MOST_TEXTS) known.clear();
    known.set(text, { value });
    return value;
  };
}
