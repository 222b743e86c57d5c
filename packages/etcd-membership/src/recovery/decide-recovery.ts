import { beginRecovery } from './begin-rules.ts';
import { takeField } from './field.ts';
import {
  cancelOwnIntent,
  disownIntent,
  dropMootIntent,
  releaseIntent,
  takeHigherEpoch,
} from './intent-rules.ts';
import type { RecoveryDecision, RecoveryView } from './recovery-view.ts';
import type { RecoveryRule } from './rule.ts';
import { awaitSeeder, resumeSeeding, seedOnceAcknowledged, stayStale, stopForIntent } from './seed-rules.ts';

/**
 * In this order, since a higher epoch ends everything else, and every way out of an intent comes before what the intent
 * asks for.
 */
export const recoveryRules: readonly RecoveryRule[] = [
  takeHigherEpoch,
  dropMootIntent,
  disownIntent,
  releaseIntent,
  cancelOwnIntent,
  stopForIntent,
  stayStale,
  seedOnceAcknowledged,
  awaitSeeder,
  resumeSeeding,
  beginRecovery,
];

/**
 * Decides what a node that holds the cluster id does towards a new etcd in place of a lost one: the rules in order, the
 * first that applies wins; null where recovery has nothing to say. Pure; whatever is persisted is persisted before
 * anybody else can see it.
 */
export function decideRecovery(view: RecoveryView): RecoveryDecision | null {
  const field = takeField(view);
  for (const rule of recoveryRules) {
    const decision = rule(field);
    if (decision !== null) return decision;
  }
  return null;
}
