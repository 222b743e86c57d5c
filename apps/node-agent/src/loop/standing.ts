import {
  decideFencing,
  decideStaleness,
  type FencingEvidence,
  goneForRecovery,
  isListedByQuorum,
  maxAnswerGap,
  recoveryGrace,
  rememberAnswers,
  rememberFencing,
  type StaleFlag,
  type StalenessDecision,
  startFencing,
} from '@flux-pg/etcd-membership';
import type { Config } from '../config.ts';
import { type Belonging, belonging, clusterPeers, newestMirror } from './known-members.ts';
import { oncePerParts, oncePerView } from './once-per-view.ts';
import { isOwnEpoch } from './own-epoch.ts';
import type { Ports } from './ports.ts';
import { freshPeers, memberIds } from './reports.ts';
import type { StandingMemory, View } from './view.ts';

/** How far apart usable answers of a witness may be. */
export function answerGapMs({ config }: View): number {
  return maxAnswerGap(config.listingIntervalMs, config.absenceGraceMs);
}

/** Whether a quorum of the witnesses lists this node now; null without witnesses. */
export function isListedNow(view: View): boolean | null {
  return isListedByQuorum(view.witnesses, view.ownAddress?.address ?? null, {
    nowMs: view.nowMs,
    maxAnswerGapMs: answerGapMs(view),
  });
}

/** Whom an operator has declared gone, here or on any node that answers: one survivor is enough to tell all. */
export function declaredGone(view: View): ReadonlySet<string> {
  const told = freshPeers(view).flatMap((document) => document.declaredGone);
  const answering = new Set(clusterPeers(view).map(({ nodeId }) => nodeId));
  const all = [...view.state.declaredGone, ...told];
  return new Set(all.filter((nodeId) => nodeId !== view.state.nodeId && !answering.has(nodeId)));
}

/** Node ids that are gone for fencing and staleness: absent for both graces, or declared gone. */
export const goneNodes = oncePerParts(
  ({ peers, state, memory, config, nowMs, lookedAtMs }) => [
    peers,
    state,
    memory.absence,
    config,
    nowMs,
    lookedAtMs,
  ],
  (view) => goneAfter(view, null),
);

/** As {@link goneNodes}; whoever was silent for the timeout counts with them, although it may be listed. */
export function goneAfter(view: View, timeoutRecoveryMs: number | null): ReadonlySet<string> {
  const { config, memory, nowMs } = view;
  return goneForRecovery(memory.absence, {
    nowMs,
    graceMs: recoveryGrace(config),
    maxAnswerGapMs: answerGapMs(view),
    declaredGone: declaredGone(view),
    timeoutRecoveryMs,
    unverifiableAnswer: view.peers.some(({ listed, heard }) => listed && heard.kind === 'present'),
  });
}

/** Node ids of the voters of this node's epoch, as far as it knows them. */
export function mirroredVoters(view: View): readonly string[] {
  return belonging(view)?.voters ?? [];
}

function addressOf(view: View, nodeId: string): string | null {
  const document = clusterPeers(view).find((peer) => peer.nodeId === nodeId);
  const stored = view.etcd.ok ? view.etcd.value.records : (belonging(view)?.members ?? []);
  return document?.address ?? stored.find((record) => record.nodeId === nodeId)?.address ?? null;
}

/** Who has to be in contact with this node, or listed beside it, for it to serve. */
export function fencingEvidence(view: View, answeredAtMs: StandingMemory['answeredAtMs']): FencingEvidence {
  const { state, config, nowMs, wallMs } = view;
  const gone = goneNodes(view);
  const known = belonging(view);
  const isKnown = view.etcd.ok || known !== null;
  const former = view.etcd.ok ? view.etcd.value.formerVoters : (known?.formerVoters ?? []);
  const streaming = new Set(
    clusterPeers(view).flatMap(({ nodeId, postgres }) => (postgres?.streaming === true ? [nodeId] : [])),
  );
  const ids = [...new Set([...memberIds(view), ...former])].filter(
    (nodeId) => nodeId !== state.nodeId && !gone.has(nodeId),
  );
  return {
    nowMs,
    wallMs,
    witnesses: view.witnesses,
    ownAddress: view.ownAddress?.address ?? null,
    members: isKnown
      ? ids.map((nodeId) => ({
          nodeId,
          address: addressOf(view, nodeId),
          heardAtMs: answeredAtMs[nodeId] ?? null,
          healthy: streaming.has(nodeId),
        }))
      : null,
    isPrimary: view.postgres.ok && view.postgres.value.role === 'primary',
    stale: state.stale !== null,
    fenceAfterMs: config.fenceAfterMs,
    maxAnswerGapMs: answerGapMs(view),
  };
}

const FOUNDER_RELEASED: StalenessDecision = {
  action: { kind: 'release' },
  reason: 'stale-all-accounted',
  detail: 'nobody can go on without the founder',
};

/** Whoever has founded and not served yet is waited for, however long it was away: nobody else has a voter to go on with. */
function isAwaitedFounder(view: View): boolean {
  const { cluster } = view.state;
  return cluster?.founder === true && cluster.seeding === true && newestMirror(view) === null;
}

/** As {@link isListedNow}; while witnesses are known to be agreed on, a reading without any is none that lists this node. */
function isListedForRelease(view: View): boolean | null {
  const { witnessTotal } = view.memory.standing.fencing;
  return isListedNow(view) ?? (witnessTotal === 0 ? null : false);
}

/** The members that a stale node waits for: an etcd that it can read knows of those that came while it was away. */
function awaitedMembers(view: View, known: Belonging): readonly string[] {
  const told = [...known.members.map(({ nodeId }) => nodeId), ...known.formerVoters];
  if (!view.etcd.ok || !isOwnEpoch(view)) return told;
  const { records, formerVoters } = view.etcd.value;
  return [...told, ...records.map(({ nodeId }) => nodeId), ...formerVoters];
}

/** Whether this node is stale, and whether it may end that; null before it belongs to a cluster. */
export const staleness = oncePerView((view: View): StalenessDecision | null => {
  const { state, memory, nowMs, wallMs, config } = view;
  if (state.cluster === null) return null;
  const known = belonging(view);
  if (isAwaitedFounder(view)) return state.stale === null ? null : FOUNDER_RELEASED;
  const { lastTick, answers } = memory.standing;
  return decideStaleness({
    nowMs,
    wallMs,
    nodeId: state.nodeId,
    epoch: state.cluster.epoch,
    seededBy: state.cluster.seededBy ?? null,
    flag: state.stale,
    lastTick,
    memory: answers,
    mirror: known && { members: awaitedMembers(view, known), voters: known.voters },
    gone: goneNodes(view),
    listedByQuorum: isListedForRelease(view),
    fenceAfterMs: config.fenceAfterMs,
  });
});

/**
 * The flag that this node has to go by: the persisted one, or one that is due and could not be written yet. A volume that
 * takes no writes must not keep a node from stopping.
 */
export const effectiveFlag = oncePerView((view: View): StaleFlag | null => {
  const { stale, cluster } = view.state;
  if (cluster === null) return stale;
  const marked = staleness(view)?.action;
  if (marked?.kind === 'mark-stale') return marked.flag;
  if (stale !== null) return marked?.kind === 'release' ? null : stale;
  if (isAwaitedFounder(view)) return null;
  const { fencing, answeredAtMs } = view.memory.standing;
  const { action } = decideFencing(fencing, fencingEvidence(view, answeredAtMs));
  return action.kind === 'fence' ? action.flag : null;
});

/** What a tick adds to the knowledge of this node's own standing. */
export function rememberStanding(view: View): StandingMemory {
  const { standing } = view.memory;
  const { nowMs, state } = view;
  const answered = Object.fromEntries(clusterPeers(view).map(({ nodeId }) => [nodeId, nowMs]));
  const answeredAtMs = { ...standing.answeredAtMs, ...answered };
  const answers = freshPeers(view).map(({ nodeId, cluster, runs, notStaleForMs }) => ({
    nodeId,
    epoch: cluster?.epoch ?? 0,
    seededBy: cluster?.seededBy ?? null,
    runs: runs.patroni !== false || runs.etcd !== false,
    notStaleForMs,
    atMs: nowMs,
  }));
  const fencing =
    state.cluster === null
      ? { ...standing.fencing, assuredAtMs: nowMs, listedAtMs: nowMs }
      : rememberFencing(standing.fencing, fencingEvidence(view, answeredAtMs));
  return {
    lastTick: standing.lastTick,
    fencing,
    answers: rememberAnswers(standing.answers, { flag: state.stale, answers }),
    notStaleSinceMs: state.stale === null ? (standing.notStaleSinceMs ?? nowMs) : null,
    answeredAtMs,
  };
}

/** Whether this node has to mark itself stale before anything else. */
export function isMarkDue(view: View): boolean {
  return staleness(view)?.action.kind === 'mark-stale';
}

/** The standing of an agent that starts: with what the one before has persisted, so that a restart hides no absence. */
export function startStanding(ports: Pick<Ports, 'clock' | 'volume'>, config: Config): StandingMemory {
  const at = {
    nowMs: ports.clock.nowMs(),
    wallMs: ports.clock.wallMs(),
    fenceAfterMs: config.fenceAfterMs,
    witnessTotal: config.fluxApiUrl === null ? (ports.volume.mirror()?.witnesses?.length ?? 0) : 1,
  };
  const stamp = ports.volume.stampAtOpen();
  return {
    lastTick: stamp === null ? null : { atMs: null, wallMs: stamp.wallMs },
    fencing: startFencing(stamp, at),
    answers: {},
    notStaleSinceMs: ports.volume.state().stale === null ? at.nowMs : null,
    answeredAtMs: {},
  };
}
