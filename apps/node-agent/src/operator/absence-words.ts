import { absenceOf, recoveryGrace, witnessQuorum } from '@flux-pg/etcd-membership';
import { clusterPeers } from '../loop/known-members.ts';
import { answerGapMs, goneAfter } from '../loop/standing.ts';
import type { View } from '../loop/view.ts';
import type { NamedNode } from './name-nodes.ts';
import { duration } from './verdict.ts';

function lastSeen(view: View, silentMs: number | null): string {
  if (silentMs === null) return 'not watched yet';
  // Nobody remembers across a restart of the agent when a member was heard.
  return silentMs >= view.nowMs - view.memory.startedAtMs
    ? `no sign of life since this agent started ${duration(silentMs)} ago`
    : `last sign of life ${duration(silentMs)} ago`;
}

/** What the witnesses say of an address now, and for how long they have said so. */
function witnessWords(view: View, { nodeId, address }: NamedNode): string {
  const { witnesses, nowMs, config, memory } = view;
  if (witnesses.total === 0) return 'no witnesses are known, so it never counts as gone by itself';
  const maxAnswerGapMs = answerGapMs(view);
  const fresh = witnesses.answers.filter(({ atMs }) => nowMs - atMs <= maxAnswerGapMs);
  const listing = fresh.filter(({ addresses }) => address !== null && addresses.includes(address)).length;
  const graceMs = recoveryGrace(config);
  const { absentMs } = absenceOf(memory.absence, nodeId, { nowMs, graceMs, maxAnswerGapMs });
  const counted =
    absentMs === null
      ? `${witnessQuorum(witnesses.total)} have to answer, and none may list it`
      : `unlisted and silent for ${duration(absentMs)} of ${duration(graceMs)}`;
  return `of ${witnesses.total} witnesses ${fresh.length} answer and ${listing} list it: ${counted}`;
}

/** One sentence on why a silent member counts as gone, or does not. */
export function absenceWords(view: View, node: NamedNode): string {
  const { absence } = view.memory;
  const at = { nowMs: view.nowMs, graceMs: recoveryGrace(view.config), maxAnswerGapMs: answerGapMs(view) };
  const seen = lastSeen(view, absenceOf(absence, node.nodeId, at).silentMs);
  if (view.state.declaredGone.includes(node.nodeId)) return `${seen}; declared gone on this node`;
  const isGone = goneAfter(view, view.config.absenceTimeoutRecoveryMs).has(node.nodeId);
  return `${seen}; ${witnessWords(view, node)}${isGone ? '; it counts as gone' : ''}`;
}

/** Whoever was heard so lately by anybody lives, and has no need to be declared gone. */
const ALIVE_WITHIN_MS = 60_000;

/** Why a node cannot be declared gone, or null: it lives, or what answers in its place may be it. */
export function signOfLife(view: View, { nodeId, address }: NamedNode): string | null {
  if (nodeId === view.state.nodeId) return 'is this node itself';
  const answers = view.peers.some(
    ({ heard }) => heard.kind === 'authenticated' && heard.document.nodeId === nodeId,
  );
  if (answers) return 'answers now';
  // Not listed, it would be a stranger's answer at an address that the node no longer has.
  const unverified = view.peers.find(
    (peer) => peer.address === address && peer.listed && peer.heard.kind === 'present',
  );
  if (unverified !== undefined) return 'may be what answers at its listed address without proving who it is';
  const ownMs = view.nowMs - (view.memory.heardAtMs[nodeId] ?? Number.NEGATIVE_INFINITY);
  if (ownMs < ALIVE_WITHIN_MS) return `gave a sign of life ${duration(ownMs)} ago`;
  const witness = clusterPeers(view).find(
    ({ heard }) => (heard[nodeId] ?? Number.POSITIVE_INFINITY) * 1000 < ALIVE_WITHIN_MS,
  );
  if (witness === undefined) return null;
  return `was heard by ${witness.nodeId} ${duration((witness.heard[nodeId] ?? 0) * 1000)} ago`;
}
