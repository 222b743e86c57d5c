import { type ContainedView, newlyContained } from '../reclone/index.ts';
import type { Done } from './act.ts';
import type { Ports } from './ports.ts';
import type { View } from './view.ts';

/**
 * Marks what the leader is proven to hold, or a person has given up, and lets go of what may be deleted. Cut short
 * anywhere, it is repeated: a mark is as true the second time, and an interrupted deletion is ended at the next start.
 */
export async function tendQuarantine(
  ports: Ports,
  view: View,
  { keepBytesFree, proof }: { readonly keepBytesFree: number; readonly proof: ContainedView },
): Promise<Done> {
  for (const name of newlyContained(await ports.volume.quarantine(), proof)) {
    await ports.volume.markContained(name);
  }
  await ports.volume.releaseQuarantine({ keepBytesFree });
  return { memory: { reclone: { ...view.memory.reclone, tendedAtMs: view.nowMs } } };
}
