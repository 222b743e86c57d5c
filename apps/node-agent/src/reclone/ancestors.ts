import { z } from 'zod';
import { formatLsn } from '../copies/lsn.ts';
import { parseJson } from '../parse-json.ts';
import type { Ancestor } from './reclone-view.ts';

/** A line of Patroni's `/history`: timeline and where it was left in bytes; then why, and where told when and who led next. */
const lineSchema = z.tuple([z.int().positive(), z.int().nonnegative()]).rest(z.unknown());
const historySchema = z.array(lineSchema);

/**
 * The ancestors of the leader's timeline; null where `/history` does not prove to be of this leader. A leader may take a
 * number that another node has used before and died with: Patroni takes the other's line for its own then, and only the
 * name in it shows that.
 */
export function leaderAncestors(
  history: string | null,
  { nodeId, timeline }: { readonly nodeId: string; readonly timeline: number },
): readonly Ancestor[] | null {
  if (timeline === 1) return [];
  const parsed = historySchema.safeParse(parseJson(history ?? ''));
  if (!parsed.success) return null;
  // A line of this timeline or a later one is of a branch that did not lead to this leader.
  const ancestors = parsed.data.map(ancestorOf);
  const inOrder = ancestors.every(({ timeline: number }, index) => {
    const before = ancestors[index - 1]?.timeline ?? 0;
    return number > before && number < timeline;
  });
  const begins = ancestors[0]?.timeline === 1;
  return inOrder && begins && ancestors.at(-1)?.nextLedBy === nodeId ? ancestors : null;
}

function ancestorOf([timeline, bytes, ...rest]: z.infer<typeof lineSchema>): Ancestor {
  const name = rest[2];
  return {
    timeline,
    switchLsn: formatLsn(BigInt(bytes)),
    nextLedBy: typeof name === 'string' ? name : null,
  };
}
