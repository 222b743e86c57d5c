import {
  compareIds,
  decideRecovery,
  type ListedAnswer,
  type RecoveryDecision,
  type RecoveryNode,
  type RecoveryState,
  type RecoveryView,
  recoveryGrace,
} from '@flux-pg/etcd-membership';
import { COLD_START_WAIT_MS } from '../../cold-start/index.ts';
import { chooseLead } from '../../copies/index.ts';
import type { NodeState } from '../../identity/node-state.ts';
import type { StatusDocument } from '../../status/document.ts';
import { type Decision, decided, waiting } from '../action.ts';
import { mayBringEtcd, ownOrigin } from '../etcd-data.ts';
import { belonging, clusterPeers, knownMembers, newestMirror } from '../known-members.ts';
import { oncePerView } from '../once-per-view.ts';
import { isOwnEpoch } from '../own-epoch.ts';
import { memberReports } from '../reports.ts';
import { declaredGone, goneAfter, isListedNow, mirroredVoters } from '../standing.ts';
import type { Peer, View } from '../view.ts';
import { databaseRuns, processState } from './process.ts';
import type { Rule } from './rule.ts';

/** A listing older than this says nothing about who exists now (design: 10 minutes). */
const LISTING_MAX_AGE_MS = 10 * 60_000;

function peerNode(document: StatusDocument): RecoveryNode {
  const { nodeId, cluster, intent, cancelledIntents, stale, runs, volume, listedByQuorum } = document;
  return {
    nodeId,
    epoch: cluster?.epoch ?? 0,
    seededBy: cluster?.seededBy ?? null,
    intent,
    cancelled: cancelledIntents,
    stale: stale !== null,
    fenced: stale === 'fenced',
    patroniRuns: runs.patroni,
    etcdRuns: runs.etcd,
    etcdData: volume.etcd,
    listedByQuorum,
  };
}

function listedAnswer(view: View, peer: Peer | undefined): ListedAnswer {
  if (peer === undefined) return { kind: 'silent', detail: 'not asked yet' };
  const { heard } = peer;
  if (heard.kind !== 'authenticated') return { kind: heard.kind, detail: heard.detail };
  const { nodeId, cluster, virgin } = heard.document;
  if (cluster?.id === view.state.cluster?.id) return { kind: 'authenticated', nodeId };
  // Data without a cluster id may be of this cluster, so it is not passed over as a virgin is.
  if (cluster === null && !virgin) return { kind: 'present', detail: 'holds data without a cluster' };
  return { kind: cluster === null ? 'virgin' : 'other-cluster' };
}

function listedAddresses(view: View): RecoveryView['listed'] {
  const { listing, nowMs, ownAddress } = view;
  if (!listing.ok || nowMs - listing.seenAtMs > LISTING_MAX_AGE_MS) return null;
  const nodeAt = new Map(knownMembers(view).map(({ nodeId, address }) => [address, nodeId]));
  return listing.value.instances
    .filter(({ address }) => address !== ownAddress?.address)
    .map(({ address }) => ({
      address,
      nodeId: nodeAt.get(address) ?? null,
      answer: listedAnswer(
        view,
        view.peers.find((peer) => peer.address === address),
      ),
    }));
}

/** The furthest copy among all who are not gone; without any copy, the lowest node id among those who answer. */
function leadOf(view: View, gone: ReadonlySet<string>, waitedMs: number): RecoveryView['lead'] {
  const reports = memberReports(view);
  const copies = reports.flatMap(({ report }) => (report?.kind === 'copy' ? [report.copy] : []));
  const unreadable = reports.find(({ report }) => report?.kind === 'unreadable');
  const { nodeId, blocked, blockedBy } = chooseLead(copies, gone, {
    lastPrimary: newestMirror(view)?.lastPrimary ?? null,
    passOverUnknown: waitedMs >= recoveryGrace(view.config) + COLD_START_WAIT_MS,
  });
  if (unreadable !== undefined) return { nodeId: null, blocked: `unreadable-copy: ${unreadable.nodeId}` };
  if (blocked !== 'no-copy') {
    return { nodeId, blocked: blocked && `${blocked}: ${blockedBy.join(', ')}` };
  }
  const [lowest] = reports
    .filter(({ report }) => report !== null)
    .map((report) => report.nodeId)
    .sort(compareIds);
  return { nodeId: lowest ?? null, blocked: null };
}

/** What recovery is decided on; null while this node belongs to no cluster. */
export function recoveryView(view: View): RecoveryView | null {
  const { state, memory, nowMs, config } = view;
  const { cluster } = state;
  if (cluster === null) return null;
  const gone = goneAfter(view, config.absenceTimeoutRecoveryMs);
  const known = belonging(view);
  const heardMs = nowMs - view.lookedAtMs;
  const unreachableSinceMs = memory.etcdUnreachableSinceMs;
  const etcdUnreachableForMs = unreachableSinceMs === null ? 0 : Math.max(1, nowMs - unreachableSinceMs);
  let lead: RecoveryView['lead'] | null = null;
  const declared = config.absenceTimeoutRecoveryMs === null ? declaredGone(view) : gone;
  return {
    self: {
      nodeId: state.nodeId,
      clusterId: cluster.id,
      epoch: cluster.epoch,
      seededBy: cluster.seededBy ?? null,
      intent: state.intent,
      cancelled: state.cancelledIntents,
      seeding: cluster.seeding ?? false,
      stale: state.stale !== null,
      fenced: state.stale?.cause === 'fenced',
      patroniRuns: databaseRuns(view),
      etcdRuns: processState(view, 'etcd')?.alive ?? null,
      etcdData: mayBringEtcd(view),
      listedByQuorum: isListedNow(view),
    },
    members: (known?.members ?? []).map(({ nodeId, address }) => ({ nodeId, address: address ?? '' })),
    voters: mirroredVoters(view),
    formerVoters: known?.formerVoters ?? [],
    etcdUnreachableForMs,
    graceMs: recoveryGrace(config),
    // Nobody asks while etcd answers, and it is the dearest part.
    get lead() {
      lead ??= leadOf(view, gone, etcdUnreachableForMs);
      return lead;
    },
    gone,
    declaredGone: declared,
    peers: clusterPeers(view).map((document) => ({
      ...peerNode(document),
      ageMs: heardMs + (document.ageMs ?? 0),
    })),
    listed: listedAddresses(view),
  };
}

function withRecovery(state: NodeState, recovery: RecoveryState): NodeState {
  const { cluster } = state;
  if (cluster === null) return state;
  const { epoch, seededBy, seeding } = recovery;
  const isNew = epoch !== cluster.epoch || seededBy !== (cluster.seededBy ?? null);
  return {
    ...state,
    // Whoever seeds the epoch starts its first etcd; who takes it joins.
    cluster: { ...cluster, epoch, seededBy, seeding, founder: isNew ? seeding : cluster.founder },
    intent: recovery.intent === null ? null : { ...recovery.intent },
    cancelledIntents: recovery.cancelled,
    // Data that does not say what it was written for was written for the epoch that ends here.
    etcd: isNew ? { ...state.etcd, writtenFor: state.etcd.writtenFor ?? ownOrigin(state) } : state.etcd,
  };
}

function isSame(left: NodeState, right: NodeState): boolean {
  return JSON.stringify(left) === JSON.stringify(right);
}

function translated(view: View, { action, reason, detail }: RecoveryDecision): Decision | null {
  switch (action.kind) {
    case 'none':
      return null;
    case 'hold':
      return waiting(reason, detail);
    case 'stop-patroni':
      return decided({ kind: 'stop-program', program: 'patroni' }, reason, detail);
    case 'stop-etcd':
      return decided({ kind: 'stop-program', program: 'etcd' }, reason, detail);
    case 'persist':
    case 'seed':
    case 'take-epoch': {
      const state = withRecovery(view.state, action.state);
      // What follows from a persisted epoch is done by the rules for etcd, which find their data to be of another one.
      return isSame(state, view.state) ? null : decided({ kind: 'persist-state', state }, reason, detail);
    }
  }
}

const decisionOf = oncePerView((view: View): RecoveryDecision | null => {
  const recovery = recoveryView(view);
  return recovery === null ? null : decideRecovery(recovery);
});

/** Before anything is started: a recovery that is under way, or a later epoch, forbids it. */
export const recover: Rule = {
  name: 'recover',
  blocks: true,
  apply: (view) => {
    const decision = decisionOf(view);
    return decision === null ? null : translated(view, decision);
  },
};

/** Why no recovery begins, told once nothing else can be done about an etcd that does not answer. */
export const awaitRecovery: Rule = {
  name: 'await-recovery',
  apply: (view) => {
    const decision = isOwnEpoch(view) ? null : decisionOf(view);
    if (decision?.action.kind !== 'none') return null;
    const why = view.etcd.ok ? [] : [`etcd: ${view.etcd.error}`];
    return waiting(decision.reason, [decision.detail, ...why].filter((text) => text !== '').join('; '));
  },
};
