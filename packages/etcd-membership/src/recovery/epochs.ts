import { compareIds } from '../member-names/compare-ids.ts';
import type { IntentName, RecoveryState } from './recovery-view.ts';

/** Room for the intents of many failed recoveries; the highest epochs are the ones that must not be used again. */
const CANCELLED_KEPT = 20;

/** An epoch with the node that seeded it. */
export type Epoch = Pick<RecoveryState, 'epoch' | 'seededBy'>;

/**
 * Orders epochs: by number, then by seeder. Two sides that each counted the other as gone, one after the other, may use
 * the same number without having heard of each other; when they meet, one of them has to be the higher one.
 */
export function compareEpochs(left: Epoch, right: Epoch): number {
  return left.epoch === right.epoch
    ? compareIds(left.seededBy ?? '', right.seededBy ?? '')
    : left.epoch - right.epoch;
}

/** Whether both are the same intent. */
export function sameIntent(left: IntentName | null, right: IntentName | null): boolean {
  return (
    left !== null && right !== null && left.epoch === right.epoch && left.seederNodeId === right.seederNodeId
  );
}

/** The list of cancelled intents with one more. */
export function withCancelled(
  cancelled: readonly IntentName[],
  { clusterId, epoch, seederNodeId }: IntentName,
): readonly IntentName[] {
  const name = { clusterId, epoch, seederNodeId };
  if (cancelled.some((known) => sameIntent(known, name))) return cancelled;
  return [...cancelled, name]
    .sort((left, right) => left.epoch - right.epoch || compareIds(left.seederNodeId, right.seederNodeId))
    .slice(-CANCELLED_KEPT);
}

/** The state with its intent given up and remembered, so that its epoch is not used again. */
export function withoutIntent(state: RecoveryState): RecoveryState {
  const { intent } = state;
  if (intent === null) return state;
  return { ...state, intent: null, cancelled: withCancelled(state.cancelled, intent) };
}

/** The highest epoch that any of the nodes has, has promised or has ever given up. */
export function highestKnown(nodes: readonly Omit<RecoveryState, 'seeding'>[]): number {
  const known = nodes.flatMap(({ epoch, intent, cancelled }) => [
    epoch,
    intent?.epoch ?? 0,
    ...cancelled.map((name) => name.epoch),
  ]);
  return Math.max(0, ...known);
}
