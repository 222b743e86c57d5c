import type { KeyValue } from '../port/etcd-endpoint.ts';

/** An empty etcd database's size on disk. */
const EMPTY_BYTES = 20_480;

/** The replicated database: the same on every member, so that the model keeps one. */
export interface KeyValueStore {
  get(key: string): KeyValue | null;
  /** In the order of the keys' bytes. */
  list(prefix: string): readonly KeyValue[];
  put(key: string, value: string): void;
  delete(key: string): void;
  /** Old revisions count until {@link KeyValueStore.defragment}, as in etcd's file. */
  sizeBytes(): number;
  defragment(): void;
}

function bytesOf(entry: { readonly key: string; readonly value: string }): number {
  return Buffer.byteLength(entry.key) + Buffer.byteLength(entry.value);
}

/** Makes an empty database at revision 1, etcd's first. */
export function createKeyValueStore(): KeyValueStore {
  const entries = new Map<string, KeyValue>();
  let revision = 1;
  let size = EMPTY_BYTES;

  return {
    get: (key) => entries.get(key) ?? null,
    list: (prefix) =>
      [...entries.values()]
        .filter(({ key }) => key.startsWith(prefix))
        .sort((left, right) => Buffer.compare(Buffer.from(left.key), Buffer.from(right.key))),
    put: (key, value) => {
      revision += 1;
      const entry = { key, value, modRevision: revision };
      entries.set(key, entry);
      size += bytesOf(entry);
    },
    delete: (key) => {
      if (entries.delete(key)) revision += 1;
    },
    sizeBytes: () => size,
    defragment: () => {
      size = [...entries.values()].reduce((sum, entry) => sum + bytesOf(entry), EMPTY_BYTES);
    },
  };
}
