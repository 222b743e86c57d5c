import { newestMirror } from './known-members.ts';
import type { View } from './view.ts';

/**
 * When this node's cluster was founded, by the wall clock; null where nobody has told. An etcd whose keys are not written yet
 * does not know, and one of another cluster knows another time: by either, the older of two clusters that meet could be taken
 * for the younger one.
 */
export function foundingTime(view: View): number | null {
  const { cluster } = view.state;
  if (cluster === null) return null;
  const stored = view.etcd.ok ? view.etcd.value.cluster : null;
  const told = stored?.id === cluster.id ? stored.foundedAtMs : newestMirror(view)?.foundedAtMs;
  return told ?? cluster.foundedAtMs ?? null;
}
