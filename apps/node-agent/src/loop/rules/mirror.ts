import { peerHost } from '@flux-pg/etcd-membership';
import type { Mirror } from '../../identity/mirror.ts';
import { decided } from '../action.ts';
import type { View } from '../view.ts';
import type { Rule } from './rule.ts';

/** Patroni's names are node ids; a leader key that somebody wrote by hand is not taken over. */
function lastPrimary({ etcd, mirror }: View): string | null {
  const leader = etcd.ok ? etcd.value.patroni.leader : null;
  const isMember = etcd.ok && etcd.value.records.some(({ nodeId }) => nodeId === leader);
  return isMember ? leader : (mirror?.lastPrimary ?? null);
}

/** What of etcd's content must outlive it, as read in this tick; null while etcd does not answer. */
function wantedMirror(view: View): Mirror | null {
  const { etcd, state } = view;
  if (!etcd.ok || state.cluster === null) return null;
  const { members, records, patroni } = etcd.value;
  return {
    version: 1,
    clusterId: state.cluster.id,
    epoch: state.cluster.epoch,
    members: [...records],
    voters: members
      .filter(({ isLearner }) => !isLearner)
      .flatMap(({ peerUrls }) => peerUrls.slice(0, 1).map(peerHost))
      .sort(),
    lastPrimary: lastPrimary(view),
    initialize: patroni.initialize,
    history: patroni.history,
    config: patroni.config,
  };
}

/** Every node keeps the newest mirror, so that a restart without the Flux API or without etcd knows who belonged. */
export const keepMirror: Rule = {
  name: 'keep-mirror',
  apply: (view) => {
    const wanted = wantedMirror(view);
    if (wanted === null) return null;
    if (JSON.stringify(wanted) === JSON.stringify(view.mirror)) return null;
    return decided({ kind: 'write-mirror', mirror: wanted }, 'mirror-outdated');
  },
};
