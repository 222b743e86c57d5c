import { parseMemberName, startToTell } from '@flux-pg/etcd-membership';
import { mirrorSchema } from '../identity/mirror.ts';
import type { NodeState } from '../identity/node-state.ts';
import { mayBringEtcd } from '../loop/etcd-data.ts';
import { foundingTime } from '../loop/founding-time.ts';
import { newestMirror, storedRecords } from '../loop/known-members.ts';
import { postgresOnDisk, runningPostgres } from '../loop/reports.ts';
import { userData } from '../loop/rules/clash.ts';
import { databaseRuns, processState } from '../loop/rules/process.ts';
import { effectiveFlag, isListedNow } from '../loop/standing.ts';
import type { View } from '../loop/view.ts';
import { isVirgin } from '../loop/virgin.ts';
import { ownMemberName } from '../loop/wanted/hosts-block.ts';
import type { StatusDocument } from './document.ts';

/** What the status needs beside the view. */
export interface OwnFacts {
  readonly software: string;
  readonly fingerprint: string;
  readonly reason: string;
  readonly nowMs: number;
}

/** As it would be read back from the volume. */
function mirrorToTell(view: View): StatusDocument['mirror'] {
  const mirror = newestMirror(view);
  return mirror && mirrorSchema.parse(mirror);
}

/** The last start of each other member that this node knows of, or one that the member has forgotten. */
function rememberedStarts(view: View): StatusDocument['remembers'] {
  const heard = view.memory.heardStarts;
  const recorded = new Map(storedRecords(view).map(({ nodeId, startId }) => [nodeId, startId]));
  const nodeIds = [...new Set([...recorded.keys(), ...Object.keys(heard)])];
  return Object.fromEntries(
    nodeIds.flatMap((nodeId) => {
      const startId = startToTell(heard[nodeId], recorded.get(nodeId));
      return startId === undefined || nodeId === view.state.nodeId ? [] : [[nodeId, startId]];
    }),
  );
}

/** Whoever hears only this must not take the one that sealed for all that there is: others may have joined long since. */
function isSoleVoter(view: View, nodeId: string | undefined): boolean {
  const mirror = newestMirror(view);
  return (
    mirror === null ||
    (mirror.voters.length === 1 && parseMemberName(mirror.voters[0] ?? '')?.nodeId === nodeId)
  );
}

function clusterOf(view: View, { cluster }: NodeState): StatusDocument['cluster'] {
  if (cluster === null) return null;
  const { id, epoch, seededBy } = cluster;
  return {
    id,
    epoch,
    seededBy: seededBy ?? null,
    foundedAtMs: foundingTime(view),
    userData: userData(view),
    sealedBy: isSoleVoter(view, cluster.sealedBy?.nodeId) ? (cluster.sealedBy ?? null) : null,
  };
}

/** A node that has to stop and cannot write that down has stopped all the same, and vouches for nobody. */
function standingOf(view: View): Pick<StatusDocument, 'stale' | 'notStaleForMs'> {
  const flag = view.state.stale ?? effectiveFlag(view);
  const since = view.memory.standing.notStaleSinceMs;
  return {
    stale: flag?.cause ?? null,
    notStaleForMs: flag !== null || since === null ? null : Math.max(0, view.nowMs - since),
  };
}

/**
 * What runs, as the last look saw it. A promise that was persisted since then is told already, and what was started between
 * that look and the promise must not be told as down beside it: the promise would count as kept.
 */
function runsOf(view: View, { intent }: NodeState): StatusDocument['runs'] {
  const seen = view.state.intent;
  const isNew = intent?.epoch !== seen?.epoch || intent?.seederNodeId !== seen?.seederNodeId;
  if (isNew) return { patroni: null, etcd: null };
  return {
    patroni: databaseRuns(view),
    etcd: processState(view, 'etcd')?.alive ?? null,
  };
}

function heardSecondsAgo(view: View): StatusDocument['heard'] {
  return Object.fromEntries(
    Object.entries(view.memory.heardAtMs).map(([nodeId, atMs]) => [
      nodeId,
      Math.round((view.nowMs - atMs) / 1000),
    ]),
  );
}

/** How long ago what a view tells was looked at. */
export function ageOf(view: View, nowMs: number): number {
  return Math.max(0, nowMs - view.lookedAtMs);
}

/**
 * This node's status out of the last view and the state as persisted now: a promise is told only once it is on disk,
 * and as soon as it is, so the state is not taken from the view.
 */
export function ownDocument(view: View, state: NodeState, facts: OwnFacts): StatusDocument {
  const current = state === view.state ? view : { ...view, state };
  const { localEtcd } = view;
  const standing = standingOf(current);
  return {
    protocol: 1,
    software: facts.software,
    ageMs: ageOf(view, facts.nowMs),
    nodeId: state.nodeId,
    address: view.ownAddress?.address ?? null,
    ports: view.config.hostPorts,
    fingerprint: facts.fingerprint,
    expectedNodes: view.expectedNodes,
    virgin: isVirgin(current),
    startIds: [...state.startIds],
    remembers: rememberedStarts(current),
    restored: state.restored,
    cluster: clusterOf(current, state),
    founding: state.founding,
    withdrawn: state.withdrawn,
    promisedEpoch: state.promisedEpoch,
    intent: state.intent,
    cancelledIntents: [...state.cancelledIntents],
    ...standing,
    declaredGone: state.declaredGone,
    listedByQuorum: isListedNow(current),
    runs: runsOf(view, state),
    volume: { postgres: postgresOnDisk(view.volume), etcd: mayBringEtcd(current) },
    etcd: {
      memberName: ownMemberName(current),
      running: processState(view, 'etcd')?.running ?? false,
      reading: localEtcd.ok ? { ...localEtcd.value, errors: [...localEtcd.value.errors] } : null,
    },
    postgres: runningPostgres(view),
    heard: heardSecondsAgo(view),
    // Whoever waits for all members learns from a stale one who they are, also where that one can read its etcd.
    mirror: view.etcd.ok && standing.stale === null ? null : mirrorToTell(current),
    reason: facts.reason,
  };
}
