import { allowances, compareIds, decideEtcdStart, type EtcdMember, peerHost } from '@flux-pg/etcd-membership';
import { ETCD_ELECTION_MS } from '../../config.ts';
import { type Decision, decided, type EtcdStart, waiting } from '../action.ts';
import { etcdDataOrigin, holdsOwnEtcdData } from '../etcd-data.ts';
import { clusterPeers, knownMembers } from '../known-members.ts';
import { isOwnEpoch } from '../own-epoch.ts';
import { effectiveFlag, mirroredVoters } from '../standing.ts';
import type { View } from '../view.ts';
import { hostEntries, ownMemberName } from '../wanted/hosts-block.ts';
import { processState } from './process.ts';
import type { Rule } from './rule.ts';

/** How often etcd is started on data that it does not go on with, while the others have a quorum. */
const ETCD_STARTS_IN_VAIN = 4;

/** Time that the next node in line waits before it, too, restarts its leaderless etcd: one start and one election. */
const RESTART_TURN_MS = 10_000;

/** etcd resolves member names when it starts and when a member is added, so the names come before both. */
export const mapMemberNames: Rule = {
  name: 'map-member-names',
  apply: (view) => {
    const entries = hostEntries(view);
    const signature = JSON.stringify(entries);
    if (signature === view.applied.hosts) return null;
    return decided({ kind: 'write-hosts', entries, signature }, 'member-addresses-differ');
  },
};

/** The entry of the member with that name, also before it has started. */
export function entryOf(members: readonly EtcdMember[], name: string): EtcdMember | null {
  return members.find(({ peerUrls }) => peerUrls.some((url) => peerHost(url) === name)) ?? null;
}

/** Why nothing may be concluded from the member list that etcd shows: it may be the list of another cluster. */
function foreignList(view: View): Decision | null {
  if (!view.etcd.ok) return null;
  const { cluster } = view.etcd.value;
  if (cluster === null) return waiting('cluster-keys-missing', 'the founder has not written them yet');
  if (cluster.id !== view.state.cluster?.id) return waiting('foreign-etcd', cluster.id);
  return isOwnEpoch(view) ? null : waiting('etcd-of-other-epoch', String(cluster.epoch));
}

function startEmpty(view: View, name: string): Decision | null {
  const { cluster, etcd } = view.state;
  if (etcd.started) return decided({ kind: 'renew-incarnation', quarantine: false }, 'etcd-data-lost');
  // An epoch's etcd is started once, by whoever founded or seeded it: a mirror of the epoch shows that it has been.
  const begun = view.mirror?.clusterId === cluster?.id && view.mirror?.epoch === cluster?.epoch;
  if (cluster?.founder === true && !begun) {
    return decided({ kind: 'start-etcd', start: { kind: 'new' } }, 'founder-starts-etcd', cluster.id);
  }
  const foreign = foreignList(view);
  if (foreign !== null) return foreign;
  const members = view.etcd.ok ? view.etcd.value.members : [];
  const entry = entryOf(members, name);
  // Only an entry with exactly this incarnation's name is ours, and only while it is a learner: a voter has had data.
  if (entry === null || !entry.isLearner) return null;
  return decided({ kind: 'start-etcd', start: joinOf(members) }, 'admitted-as-learner', name);
}

function joinOf(members: readonly EtcdMember[]): EtcdStart {
  const initialCluster = members.flatMap(({ peerUrls }) =>
    peerUrls.map((peerUrl) => ({ name: peerHost(peerUrl), peerUrl })),
  );
  return { kind: 'join', initialCluster };
}

/**
 * A learner that found nobody at its first start has left a directory without a log in it, so it is told once more whom to
 * join; where there is a log, etcd does not look. A voter is told of nobody: without its log it has forgotten its votes.
 */
function startAmong(members: readonly EtcdMember[], entry: EtcdMember, view: View): EtcdStart {
  return entry.isLearner && !view.state.etcd.started ? joinOf(members) : { kind: 'own-data' };
}

function startFromData(view: View, name: string): Decision {
  if (!holdsOwnEtcdData(view)) {
    return decided({ kind: 'renew-incarnation', quarantine: true }, 'etcd-data-of-other-epoch', name);
  }
  const foreign = foreignList(view);
  if (foreign !== null) return foreign;
  // The others have a quorum without it, so nothing is lost with data that etcd cannot go on with: it is damaged, or an
  // older state of it was put back, and its leader has seen it have more.
  if (view.etcd.ok && view.memory.etcdStartsAtMs.length >= ETCD_STARTS_IN_VAIN) {
    return decided({ kind: 'renew-incarnation', quarantine: true }, 'etcd-keeps-ending', name);
  }
  if (view.etcd.ok) {
    const { members } = view.etcd.value;
    const entry = entryOf(members, name);
    return entry === null
      ? decided({ kind: 'renew-incarnation', quarantine: true }, 'removed-from-etcd', name)
      : decided({ kind: 'start-etcd', start: startAmong(members, entry, view) }, 'etcd-is-quorate', name);
  }
  const { state } = view;
  const verdict = decideEtcdStart({
    self: {
      nodeId: state.nodeId,
      clusterId: state.cluster?.id ?? '',
      epoch: state.cluster?.epoch ?? 1,
      seededBy: state.cluster?.seededBy ?? null,
      intentHeld: state.intent !== null,
      stale: state.stale !== null,
      onlyFenced: state.stale?.cause === 'fenced',
      // What a restored volume held of etcd has been quarantined by the time that this is asked.
      restored: false,
      data: etcdDataOrigin(view),
    },
    voters: mirroredVoters(view),
    others: startWitnesses(view),
  });
  return verdict.start
    ? decided({ kind: 'start-etcd', start: { kind: 'own-data' } }, 'enough-voters-answer')
    : waiting(verdict.reason, verdict.waitingFor.join(', '));
}

/** Every member and every listed address that could know of a later epoch, with what it answered. */
function startWitnesses(view: View) {
  const peers = clusterPeers(view);
  const answered = peers.map(({ nodeId, cluster }) => ({
    name: nodeId,
    nodeId,
    answer: {
      kind: 'authenticated' as const,
      epoch: cluster?.epoch ?? 0,
      seededBy: cluster?.seededBy ?? null,
    },
  }));
  const known = new Set(peers.map(({ nodeId }) => nodeId));
  const byAddress = new Map(knownMembers(view).map((record) => [record.address, record.nodeId]));
  const unheard = view.peers.flatMap(({ address, listed, heard }) => {
    const nodeId = byAddress.get(address) ?? null;
    if (heard.kind === 'authenticated' || (nodeId !== null && known.has(nodeId))) return [];
    const forMs =
      heard.kind === 'silent'
        ? heard.forMs
        : view.nowMs - (view.memory.standing.answeredAtMs[nodeId ?? ''] ?? view.memory.startedAtMs);
    // At the last address of a member that is not listed, whoever proves nothing is a stranger: the member is silent.
    const isStranger = heard.kind === 'present' && !listed;
    const answer =
      heard.kind === 'silent' || isStranger
        ? { kind: 'silent' as const, forMs }
        : { kind: 'present' as const };
    return [{ name: address, nodeId, answer }];
  });
  return [...answered, ...unheard];
}

/** A node runs etcd once it is the founder, an admitted learner, or holds data that the others do not contradict. */
export const runEtcd: Rule = {
  name: 'run-etcd',
  apply: (view) => {
    const process = processState(view, 'etcd');
    if (process === null || process.alive || !allowances(effectiveFlag(view)).etcd) return null;
    // Writing them failed, and on stale addresses two members could seem to be one.
    if (JSON.stringify(hostEntries(view)) !== view.applied.hosts) return waiting('member-addresses-differ');
    const name = ownMemberName(view);
    return view.volume.etcdData ? startFromData(view, name) : startEmpty(view, name);
  },
};

/** From the first leader on, an empty directory is a loss, after which this node must join anew. */
export const noteStarted: Rule = {
  name: 'note-etcd-started',
  apply: (view) => {
    const { state, localEtcd } = view;
    if (state.etcd.started || !localEtcd.ok || localEtcd.value.leaderId === null) return null;
    const started = { ...state, etcd: { ...state.etcd, started: true } };
    return decided({ kind: 'persist-state', state: started }, 'etcd-has-started');
  },
};

/**
 * Connections to a vanished address can stay established for minutes, and no leader appears meanwhile. When a quorum
 * of the voters' nodes answers all the same, one restart after the other renews them, the lowest node id first.
 */
export const restartLeaderless: Rule = {
  name: 'restart-leaderless-etcd',
  apply: (view) => {
    const since = view.memory.leaderlessSinceMs;
    const voters = mirroredVoters(view);
    if (since === null || voters.length < 2 || !voters.includes(view.state.nodeId)) return null;
    const running = clusterPeers(view)
      .filter(({ nodeId, etcd }) => etcd.running && voters.includes(nodeId))
      .map(({ nodeId }) => nodeId);
    if (running.length + 1 <= voters.length / 2) return null;
    const turn = [...running, view.state.nodeId].sort(compareIds).indexOf(view.state.nodeId);
    return view.nowMs - since < 4 * ETCD_ELECTION_MS + turn * RESTART_TURN_MS
      ? null
      : decided({ kind: 'restart-etcd' }, 'no-leader-with-quorum-present');
  },
};

/** As long as leadership stays on the primary's node, see `decideMembership`; then one restart disturbs nobody. */
const SETTLED_MS = 60_000;

/**
 * The founder's etcd was started with short times, so that it elects itself at once. They do not suit a leader on another
 * continent than its voters, so it is restarted with the usual ones as soon as it leads no longer and all is quiet.
 */
export const endFoundingTimes: Rule = {
  name: 'end-founding-times',
  apply: (view) => {
    const { applied, localEtcd, memory, nowMs } = view;
    const follows =
      localEtcd.ok &&
      localEtcd.value.leaderId !== null &&
      localEtcd.value.leaderId !== localEtcd.value.memberId;
    if (!applied.foundingEtcd || !follows || nowMs - memory.quiet.sinceMs < SETTLED_MS) return null;
    const voters = view.etcd.ok ? view.etcd.value.members.filter(({ isLearner }) => !isLearner).length : 0;
    const running = clusterPeers(view).filter(
      ({ etcd }) => etcd.running && etcd.reading?.isLearner === false,
    ).length;
    // Without this node the others have to be a quorum, and all of them well.
    return voters >= 3 && running === voters - 1
      ? decided({ kind: 'restart-etcd' }, 'founding-times-end')
      : null;
  },
};
