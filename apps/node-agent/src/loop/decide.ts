import { type Action, type Decision, waiting } from './action.ts';
import { endClash, tellClash } from './rules/clash.ts';
import {
  agreeOnWitnesses,
  endSeeding,
  forgetCopyHolder,
  keepOwnRecord,
  noteCopy,
  requireOwnEtcd,
} from './rules/cluster-keys.ts';
import { noteCopyEpoch } from './rules/copy-epoch.ts';
import { endFoundingTimes, mapMemberNames, noteStarted, restartLeaderless, runEtcd } from './rules/etcd.ts';
import { foundCluster } from './rules/founding.ts';
import {
  checkUserData,
  endPermission,
  outliveGuards,
  regrantBootstrap,
  tellLostData,
} from './rules/lost-copies.ts';
import { awaitMembership, changeMembership } from './rules/membership.ts';
import { keepMirror, takeNewerMirror } from './rules/mirror.ts';
import { endDeclared, noteOrder } from './rules/operator.ts';
import {
  configurePatroni,
  endOrphan,
  ensureRoles,
  forgetOldRegistration,
  provisionDatabase,
  runPatroni,
  stopIdlePatroni,
} from './rules/patroni.ts';
import { awaitReclone, reclone, releaseQuarantine, tendRecloneOrder } from './rules/reclone.ts';
import { awaitRecovery, recover } from './rules/recovery.ts';
import { stopRemoved } from './rules/removed-etcd.ts';
import { runRouter, steerRouter } from './rules/router.ts';
import type { Rule } from './rules/rule.ts';
import {
  awaitRelease,
  fence,
  handOver,
  leaveStale,
  markStale,
  stopStalePatroni,
  stopWhileStale,
} from './rules/standing.ts';
import {
  adoptRootData,
  endRestored,
  leaveUnreadable,
  noteRestored,
  releaseIdleLock,
  renewStartId,
  repeatBootstrap,
  setAsideUnfinished,
} from './rules/volume.ts';
import type { View } from './view.ts';

/** All rules of a node, in order: the first one that applies decides. Safety comes before liveness. */
export const rules: readonly Rule[] = [
  stopStalePatroni,
  markStale,
  runRouter,
  steerRouter,
  noteOrder,
  endDeclared,
  // What the volume is, before anything is promised or started on it.
  adoptRootData,
  leaveUnreadable,
  noteRestored,
  // Whether others may have gone on without this node.
  leaveStale,
  fence,
  stopWhileStale,
  endOrphan,
  takeNewerMirror,
  endClash,
  foundCluster,
  mapMemberNames,
  recover,
  runEtcd,
  stopRemoved,
  noteStarted,
  restartLeaderless,
  endFoundingTimes,
  // Reading serves nothing, and who belongs is what a stale node waits to know.
  keepMirror,
  renewStartId,
  awaitRelease,
  awaitRecovery,
  requireOwnEtcd,
  endSeeding,
  keepOwnRecord,
  noteCopy,
  handOver,
  // What follows can wait for something about this node's own data, which must not hold up the cluster's membership.
  changeMembership,
  forgetCopyHolder,
  agreeOnWitnesses,
  regrantBootstrap,
  outliveGuards,
  setAsideUnfinished,
  repeatBootstrap,
  releaseIdleLock,
  stopIdlePatroni,
  tellLostData,
  noteCopyEpoch,
  tendRecloneOrder,
  reclone,
  releaseQuarantine,
  configurePatroni,
  forgetOldRegistration,
  runPatroni,
  endRestored,
  endPermission,
  provisionDatabase,
  ensureRoles,
  checkUserData,
  tellClash,
  awaitReclone,
  awaitMembership,
];

/** What may be done beside a decision that forbids everything else and cannot be carried out now. */
const harmless: ReadonlySet<Action['kind']> = new Set(['stop-program', 'write-hosts', 'set-router-servers']);

/**
 * Decides one action on one view. A kind of action that has just failed is held back for a moment, so that one
 * broken thing does not keep the node from doing all the others; its reason is told when nothing else is to be done.
 */
export function decide(view: View, heldBack: ReadonlySet<Action['kind']>): Decision {
  let held: Decision | null = null;
  let isBlocked = false;
  for (const rule of rules) {
    const decision = rule.apply(view);
    if (decision === null) continue;
    const { kind } = decision.action;
    if (heldBack.has(kind)) {
      held ??= waiting(decision.reason, decision.detail);
      isBlocked ||= rule.blocks === true;
    } else if (!isBlocked || harmless.has(kind)) {
      return held !== null && kind === 'wait' ? held : decision;
    }
  }
  return held ?? waiting('steady');
}
