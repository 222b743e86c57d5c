import { type ClashDecision, type ClashParty, decideClash } from '@flux-pg/etcd-membership';
import { type Decision, decided, waiting } from '../action.ts';
import { foundingTime } from '../founding-time.ts';
import { newestMirror, toldIdentity } from '../known-members.ts';
import { oncePerView } from '../once-per-view.ts';
import { isOwnEpoch } from '../own-epoch.ts';
import type { View } from '../view.ts';
import { databaseRuns, processState } from './process.ts';
import type { Rule } from './rule.ts';

function self(view: View): ClashParty | null {
  const { cluster, nodeId } = view.state;
  if (cluster === null) return null;
  return {
    nodeId,
    clusterId: cluster.id,
    epoch: cluster.epoch,
    foundedAtMs: foundingTime(view),
    hasUserData: userData(view),
  };
}

/** Whether the cluster holds any user object, as far as this node knows; null is taken for data. */
export function userData(view: View): boolean | null {
  if (view.etcd.ok && isOwnEpoch(view)) return view.etcd.value.userData;
  const { cluster } = view.state;
  const isNew =
    cluster?.seeding === true && (cluster.seededBy ?? null) === null && (cluster.adopts ?? null) === null;
  // A cluster that was sealed empty and has not served yet holds nothing.
  return newestMirror(view)?.userData ?? (isNew ? false : null);
}

function parties(view: View): readonly ClashParty[] {
  return view.peers.flatMap(({ heard }): ClashParty[] => {
    if (heard.kind !== 'authenticated' || heard.document.cluster === null) return [];
    const { nodeId, cluster } = heard.document;
    const { id, epoch, foundedAtMs, userData: hasUserData } = cluster;
    return [{ nodeId, clusterId: id, epoch, foundedAtMs, hasUserData }];
  });
}

const encounter = oncePerView((view: View): ClashDecision | null => {
  const own = self(view);
  return own === null ? null : decideClash({ self: own, peers: parties(view) });
});

/** What this node has to do because two clusters have met; null where it has not to give way. */
export function clash(view: View): ClashDecision | null {
  const decision = encounter(view);
  return decision === null || decision.action.kind === 'none' ? null : decision;
}

function stopped(
  view: View,
  programs: readonly ('patroni' | 'etcd')[],
  { reason, detail }: ClashDecision,
): Decision | null {
  for (const program of programs) {
    const runs = program === 'patroni' ? databaseRuns(view) : processState(view, program)?.alive;
    if (runs === true) {
      return decided({ kind: 'stop-program', program }, reason, detail);
    }
  }
  return null;
}

/**
 * Two clusters of one app have met: the one without any user object gives itself up and joins, with its data moved
 * aside; of two with data the younger stops PostgreSQL and keeps its volume untouched.
 */
export const endClash: Rule = {
  name: 'end-clash',
  blocks: true,
  apply: (view) => {
    const decision = clash(view);
    if (decision === null) return null;
    const { action, reason, detail } = decision;
    // etcd goes on where the cluster only stops: what it holds says whether there is anything to lose.
    if (action.kind !== 'yield') return stopped(view, ['patroni'], decision);
    const to = toldIdentity(view, action.to.id);
    return (
      stopped(view, ['patroni', 'etcd'], decision) ??
      (to === null ? null : decided({ kind: 'yield-cluster', to }, reason, detail))
    );
  },
};

/** The cluster that stays serves on, and still tells that there are two: only a person can merge them. */
export const tellClash: Rule = {
  name: 'tell-clash',
  apply: (view) => {
    const decision = encounter(view);
    if (decision === null || decision.reason === 'no-clash' || decision.action.kind !== 'none') return null;
    return waiting(decision.reason, decision.detail);
  },
};
