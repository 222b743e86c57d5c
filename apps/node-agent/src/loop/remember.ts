import { clusterPeers } from './known-members.ts';
import { rememberMembership } from './remember-membership.ts';
import { processState } from './rules/process.ts';
import type { Memory, View } from './view.ts';

/** The memory of an agent that has just started: durations are counted from now on. */
export function emptyMemory(nowMs: number): Memory {
  return {
    startedAtMs: nowMs,
    leaderlessSinceMs: null,
    membership: { signature: '', sinceMs: nowMs },
    quiet: { signature: '', sinceMs: nowMs },
    heardAtMs: {},
    silentSinceMs: {},
    learner: null,
    absence: null,
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
  for (const nodeId of view.etcd.ok ? view.etcd.value.patroni.members.keys() : []) heard[nodeId] = view.nowMs;
  for (const nodeId of view.postgres.ok ? view.postgres.value.replicating : []) heard[nodeId] = view.nowMs;
  // Any client may stream under any name; only members' signs of life are kept.
  const stored = view.etcd.ok ? view.etcd.value.records : (view.mirror?.members ?? []);
  const known = new Set([
    ...[...stored, ...clusterPeers(view)].map(({ nodeId }) => nodeId),
    ...(view.etcd.ok ? [] : Object.keys(view.memory.heardAtMs)),
  ]);
  return Object.fromEntries(Object.entries(heard).filter(([nodeId]) => known.has(nodeId)));
}

function leaderlessSince(view: View): number | null {
  const running = processState(view, 'etcd')?.running ?? false;
  const led = view.localEtcd.ok && view.localEtcd.value.leaderId !== null;
  return running && !led ? (view.memory.leaderlessSinceMs ?? view.nowMs) : null;
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

/** What this tick leaves to the next. Pure: the same view gives the same memory. */
export function remember(view: View): Memory {
  const membership = membershipSignature(view);
  const primary = view.etcd.ok ? view.etcd.value.patroni.leader : null;
  const quiet = membership === null ? null : `${membership} ${primary} ${leaderId(view)}`;
  return {
    ...view.memory,
    ...rememberMembership(view),
    leaderlessSinceMs: leaderlessSince(view),
    membership: since(view.memory.membership, membership, view.nowMs),
    quiet: since(view.memory.quiet, quiet, view.nowMs),
    heardAtMs: heardAt(view),
    silentSinceMs: silentSince(view),
  };
}

function leaderId(view: View): string | null {
  return view.localEtcd.ok ? view.localEtcd.value.leaderId : null;
}
