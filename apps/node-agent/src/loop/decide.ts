import { type Action, type Decision, waiting } from './action.ts';
import { keepOwnRecord, requireOwnEtcd } from './rules/cluster-keys.ts';
import { endFoundingTimes, mapMemberNames, noteStarted, restartLeaderless, runEtcd } from './rules/etcd.ts';
import { foundCluster } from './rules/founding.ts';
import { awaitMembership, changeMembership } from './rules/membership.ts';
import { keepMirror } from './rules/mirror.ts';
import {
  configurePatroni,
  ensureRoles,
  forgetOldRegistration,
  provisionDatabase,
  runPatroni,
} from './rules/patroni.ts';
import { runRouter, steerRouter } from './rules/router.ts';
import type { Rule } from './rules/rule.ts';
import { leaveForeignVolume, repeatBootstrap, setAsideUnfinished } from './rules/volume.ts';
import type { View } from './view.ts';

/** All rules of a node, in order: the first one that applies decides. */
export const rules: readonly Rule[] = [
  runRouter,
  steerRouter,
  leaveForeignVolume,
  foundCluster,
  mapMemberNames,
  runEtcd,
  noteStarted,
  restartLeaderless,
  endFoundingTimes,
  requireOwnEtcd,
  keepOwnRecord,
  // What follows can wait for something about this node's own data, which must not hold up the cluster's membership.
  changeMembership,
  keepMirror,
  setAsideUnfinished,
  repeatBootstrap,
  configurePatroni,
  forgetOldRegistration,
  runPatroni,
  provisionDatabase,
  ensureRoles,
  awaitMembership,
];

/**
 * Decides one action on one view. A kind of action that has just failed is held back for a moment, so that one
 * broken thing does not keep the node from doing all the others; its reason is told when nothing else is to be done.
 */
export function decide(view: View, heldBack: ReadonlySet<Action['kind']>): Decision {
  let held: Decision | null = null;
  for (const rule of rules) {
    const decision = rule.apply(view);
    if (decision === null) continue;
    if (!heldBack.has(decision.action.kind))
      return held !== null && decision.action.kind === 'wait' ? held : decision;
    held ??= { ...waiting(decision.reason, decision.detail) };
  }
  return held ?? waiting('steady');
}
