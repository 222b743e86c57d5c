import { etcdStartRules } from './etcd-start/decide-etcd-start.ts';
import { fencingRules } from './fencing/decide-fencing.ts';
import { stalenessRules } from './fencing/decide-staleness.ts';
import { foundingRules } from './founding/decide-founding.ts';
import { membershipRules } from './membership/decide-membership.ts';
import { recoveryRules } from './recovery/decide-recovery.ts';

/** A rule of one of the lists. It has the name of its function, and decides nothing where it returns null. */
export type ListedRule = (...evidence: never[]) => unknown;

/** The ordered lists of this package, by what they decide: for whoever wants to know which of their rules ever apply. */
export const decisionLists: Readonly<Record<string, readonly ListedRule[]>> = {
  founding: foundingRules,
  membership: membershipRules,
  recovery: recoveryRules,
  fencing: fencingRules,
  staleness: stalenessRules,
  'etcd-start': etcdStartRules,
};
