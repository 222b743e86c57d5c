import { accountForData } from './adoption-rules.ts';
import { type FoundingRule, wait } from './field.ts';
import { askEveryone, hearOfCluster, keepData, knowTheField } from './field-rules.ts';
import type { FoundingDecision } from './founding-state.ts';
import type { FoundingView } from './founding-view.ts';
import { awaitSeal, releaseJoin } from './join-rules.ts';
import { follow, giveWay, lead } from './propose-rules.ts';
import { dropIntent, resumeFounding } from './resume-rules.ts';

/** In this order; the first that applies wins. */
export const foundingRules: readonly FoundingRule[] = [
  hearOfCluster,
  keepData,
  dropIntent,
  releaseJoin,
  awaitSeal,
  knowTheField,
  accountForData,
  askEveryone,
  resumeFounding,
  giveWay,
  lead,
  follow,
];

/**
 * Decides what a node without a cluster id does: the rules in order, the first that applies wins.
 * Pure; the caller persists the action before anybody else can see it.
 */
export function decideFounding(view: FoundingView): FoundingDecision {
  for (const rule of foundingRules) {
    const decided = rule(view);
    if (decided !== null) return decided;
  }
  return wait('waiting-for-proposal');
}
