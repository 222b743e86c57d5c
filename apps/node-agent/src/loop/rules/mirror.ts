import { peerHost } from '@flux-pg/etcd-membership';
import type { Mirror } from '../../identity/mirror.ts';
import { decided } from '../action.ts';
import { oncePerView } from '../once-per-view.ts';
import { isOwnEpoch } from '../own-epoch.ts';
import type { View } from '../view.ts';
import type { Rule } from './rule.ts';

/** Patroni's names are node ids; a leader key that somebody wrote by hand is not taken over. */
function lastPrimary({ etcd, mirror }: View): string | null {
  const leader = etcd.ok ? etcd.value.patroni.leader : null;
  const isMember = etcd.ok && etcd.value.records.some(({ nodeId }) => nodeId === leader);
  return isMember ? leader : (mirror?.lastPrimary ?? null);
}

/** What of etcd's content must outlive it, as read in this tick; null while etcd does not answer. */
const wantedMirror = oncePerView((view: View): Mirror | null => {
  const { etcd, state } = view;
  if (!etcd.ok || state.cluster === null || !isOwnEpoch(view)) return null;
  const { members, records, patroni, cluster } = etcd.value;
  return {
    version: 1,
    clusterId: state.cluster.id,
    epoch: state.cluster.epoch,
    revision: etcd.value.revision,
    members: [...records],
    voters: members
      .filter(({ isLearner }) => !isLearner)
      .flatMap(({ peerUrls }) => peerUrls.slice(0, 1).map(peerHost))
      .sort(),
    formerVoters: [...etcd.value.formerVoters],
    witnesses: [...etcd.value.witnesses],
    lastPrimary: lastPrimary(view),
    bootstrap: etcd.value.bootstrap,
    copyHolders: [...etcd.value.copyHolders],
    provisioned: etcd.value.provisioned,
    userData: etcd.value.userData,
    superuser: cluster?.superuser ?? null,
    foundedAtMs: cluster?.foundedAtMs ?? null,
    initialize: patroni.initialize,
    history: patroni.history,
    config: patroni.config,
  };
});

const contents = new WeakMap<Mirror, string>();

function contentOf(mirror: Mirror): string {
  const known = contents.get(mirror);
  if (known !== undefined) return known;
  const content = JSON.stringify({ ...mirror, revision: 0 });
  contents.set(mirror, content);
  return content;
}

/** etcd's revision grows with every heartbeat of Patroni; only another content is worth a write. */
function differs(wanted: Mirror, kept: Mirror | null): boolean {
  return kept === null || contentOf(wanted) !== contentOf(kept);
}

/** Every node keeps the newest mirror, so that a restart without the Flux API or without etcd knows who belonged. */
export const keepMirror: Rule = {
  name: 'keep-mirror',
  apply: (view) => {
    const wanted = wantedMirror(view);
    if (wanted === null || !differs(wanted, view.mirror)) return null;
    return decided({ kind: 'write-mirror', mirror: wanted }, 'mirror-outdated');
  },
};

/**
 * The mirror with the revision of now, where only that differs: of two mirrors the one that was true last counts as the
 * newer one. Written now and then beside the other work, as it decides nothing by itself.
 */
export function confirmedMirror(view: View): Mirror | null {
  const wanted = wantedMirror(view);
  if (wanted === null || view.mirror === null || differs(wanted, view.mirror)) return null;
  return wanted.revision === view.mirror.revision ? null : wanted;
}

/** While etcd does not answer, peers tell theirs: one that was away longer knows less of who belongs. */
export const takeNewerMirror: Rule = {
  name: 'take-newer-mirror',
  apply: ({ etcd, memory }) => {
    if (etcd.ok || memory.toldMirror === null) return null;
    return decided({ kind: 'write-mirror', mirror: memory.toldMirror }, 'newer-mirror-told');
  },
};
