import { rememberField } from '@flux-pg/etcd-membership';
import { rememberWarmth, watchLease } from '../cold-start/index.ts';
import { type Mirror, newerMirror } from '../identity/mirror.ts';
import { noReclone, rememberReclone } from '../reclone/index.ts';
import { coldStartEvidence } from './cold-start.ts';
import { boundAbsentSince, fieldEvidence, seenAt } from './field-evidence.ts';
import { clusterPeers, storedRecords } from './known-members.ts';
import { isOwnEpoch } from './own-epoch.ts';
import { recloneEvidence } from './reclone-evidence.ts';
import { rememberMembership } from './remember-membership.ts';
import { rememberStarts } from './remember-starts.ts';
import { isGrantDue } from './rules/lost-copies.ts';
import { processState } from './rules/process.ts';
import { isLockIdle } from './rules/volume.ts';
import { rememberStanding } from './standing.ts';
import type { Memory, StandingMemory, View } from './view.ts';

/** The memory of an agent that has just started: durations are counted from now on. */
export function emptyMemory(nowMs: number, standing: StandingMemory): Memory {
  return {
    startedAtMs: nowMs,
    leaderlessSinceMs: null,
    etcdStartsAtMs: [],
    etcdLedSinceMs: null,
    membership: { signature: '', sinceMs: nowMs },
    quiet: { signature: '', sinceMs: nowMs },
    heardAtMs: {},
    silentSinceMs: {},
    learner: null,
    absence: null,
    field: null,
    seenAt: {},
    boundAbsentSinceMs: {},
    standing,
    etcdUnreachableSinceMs: nowMs,
    leaderKeyMissingSinceMs: null,
    leaderLease: null,
    warmth: null,
    idleLockSinceMs: null,
    grantDueSinceMs: null,
    toldMirror: null,
    startId: { signature: '', sinceMs: nowMs },
    heardStarts: {},
    userDataAskedAtMs: null,
    reclone: noReclone,
    rolesEnsured: false,
  };
}

function silentSince(view: View): Memory['silentSinceMs'] {
  const since: Record<string, number> = {};
  for (const { address, heard } of view.peers) {
    if (heard.kind === 'silent') since[address] = view.memory.silentSinceMs[address] ?? view.nowMs;
  }
  return since;
}

/** A Patroni key lives for its TTL after the last sign of life, so it shows life no younger than its age may be. */
function heardAt(view: View): Memory['heardAtMs'] {
  const heard: Record<string, number> = { ...view.memory.heardAtMs };
  for (const peer of view.peers) {
    if (peer.heard.kind === 'authenticated') heard[peer.heard.document.nodeId] = view.nowMs;
  }
  for (const [nodeId, atMs] of Object.entries(view.calledAtMs)) {
    heard[nodeId] = Math.max(heard[nodeId] ?? atMs, atMs);
  }
  for (const nodeId of view.etcd.ok ? view.etcd.value.patroni.members.keys() : []) heard[nodeId] = view.nowMs;
  for (const nodeId of view.postgres.ok ? view.postgres.value.replicating : []) heard[nodeId] = view.nowMs;
  // Any client may stream under any name; only members' signs of life are kept.
  const known = new Set([
    ...[...storedRecords(view), ...clusterPeers(view)].map(({ nodeId }) => nodeId),
    ...(view.etcd.ok ? [] : Object.keys(view.memory.heardAtMs)),
  ]);
  return Object.fromEntries(Object.entries(heard).filter(([nodeId]) => known.has(nodeId)));
}

/**
 * The newest mirror of this cluster that any peer has told and this node does not have yet. None is forgotten because who
 * told it has fallen silent: a stale node would be released, and a recovery begin, without those of whom that one knew. An
 * etcd of its epoch tells a node that is not stale all of that.
 */
function toldMirror(view: View): Mirror | null {
  const own = view.state.cluster?.id;
  const before = isOwnEpoch(view) && view.state.stale === null ? null : view.memory.toldMirror;
  const told = [before, ...clusterPeers(view).map(({ mirror }) => mirror)];
  const kept = view.mirror?.clusterId === own ? view.mirror : null;
  const newest = told
    .flatMap((mirror) => (mirror?.clusterId === own ? [mirror] : []))
    .reduce<Mirror | null>(newerMirror, kept);
  return newest === kept ? null : newest;
}

function missingSince(previous: number | null, isMissing: boolean, nowMs: number): number | null {
  return isMissing ? (previous ?? nowMs) : null;
}

function leaderlessSince(view: View): number | null {
  const running = processState(view, 'etcd')?.running ?? false;
  const { localEtcd } = view;
  // A leader may reach this member over new connections while what it answers goes into half-open ones: then it follows
  // the leader and cannot read. A learner reads through others.
  const fails = !view.etcd.ok && (view.etcd.code === 'timeout' || view.etcd.code === 'no-leader');
  const reads = localEtcd.ok && (localEtcd.value.isLearner || !fails);
  const led = localEtcd.ok && localEtcd.value.leaderId !== null && reads;
  return running && !led ? (view.memory.leaderlessSinceMs ?? view.nowMs) : null;
}

/** An etcd that has followed a leader for this long has got over whatever made it end before. */
const ETCD_WELL_AFTER_MS = 60_000;

function etcdRun({ localEtcd, memory, nowMs }: View): Pick<Memory, 'etcdStartsAtMs' | 'etcdLedSinceMs'> {
  const isLed = localEtcd.ok && localEtcd.value.leaderId !== null;
  const etcdLedSinceMs = isLed ? (memory.etcdLedSinceMs ?? nowMs) : null;
  const isWell = etcdLedSinceMs !== null && nowMs - etcdLedSinceMs >= ETCD_WELL_AFTER_MS;
  return { etcdLedSinceMs, etcdStartsAtMs: isWell ? [] : memory.etcdStartsAtMs };
}

function since(previous: { signature: string; sinceMs: number }, signature: string | null, nowMs: number) {
  if (signature === null || signature === previous.signature) return previous;
  return { signature, sinceMs: nowMs };
}

function membershipSignature(view: View): string | null {
  if (!view.etcd.ok) return null;
  const { members } = view.etcd.value;
  return members
    .map(({ id, isLearner, name }) => `${id}:${isLearner}:${name !== ''}`)
    .sort()
    .join();
}

/**
 * What this tick leaves to the next, in the order in which one part rests on another: who is gone on absences, this node's
 * standing on who is gone. Pure: the same view gives the same memory.
 */
export function remember(view: View): Memory {
  const membership = membershipSignature(view);
  const primary = view.etcd.ok ? view.etcd.value.patroni.leader : null;
  const quiet = membership === null ? null : `${membership} ${primary} ${leaderId(view)}`;
  const { memory, nowMs } = view;
  const heardAtMs = heardAt(view);
  const next: Memory = {
    ...memory,
    toldMirror: toldMirror(view),
    leaderlessSinceMs: leaderlessSince(view),
    ...etcdRun(view),
    membership: since(memory.membership, membership, nowMs),
    quiet: since(memory.quiet, quiet, nowMs),
    startId: since(memory.startId, view.state.startIds.at(-1) ?? null, nowMs),
    heardAtMs,
    heardStarts: rememberStarts(view, heardAtMs),
    silentSinceMs: silentSince(view),
    etcdUnreachableSinceMs: missingSince(memory.etcdUnreachableSinceMs, !isOwnEpoch(view), nowMs),
    leaderLease: watchLease(memory.leaderLease, { nodeId: primary, reading: view.leaderLease }),
    idleLockSinceMs: missingSince(memory.idleLockSinceMs, isLockIdle(view), nowMs),
    leaderKeyMissingSinceMs: missingSince(
      memory.leaderKeyMissingSinceMs,
      isOwnEpoch(view) && primary === null,
      nowMs,
    ),
  };
  const withAbsence = { ...next, ...rememberMembership({ ...view, memory: next }) };
  // A founded cluster is found again by its members; the field is for those that have none.
  const field = view.state.cluster === null ? rememberField(memory.field, fieldEvidence(view)) : null;
  const withField = { ...withAbsence, field, seenAt: seenAt(view) };
  const boundAbsentSinceMs = boundAbsentSince({ ...view, memory: withField }, memory);
  const standing = rememberStanding({ ...view, memory: withField });
  const withStanding = { ...withField, boundAbsentSinceMs, standing };
  const isDue = isGrantDue({ ...view, memory: withStanding });
  const evidence = coldStartEvidence({ ...view, memory: withStanding });
  const reclone = rememberReclone(memory.reclone, recloneEvidence({ ...view, memory: withStanding }));
  return {
    ...withStanding,
    reclone,
    grantDueSinceMs: missingSince(memory.grantDueSinceMs, isDue, nowMs),
    warmth: rememberWarmth(withStanding.warmth, evidence),
  };
}

function leaderId(view: View): string | null {
  return view.localEtcd.ok ? view.localEtcd.value.leaderId : null;
}
