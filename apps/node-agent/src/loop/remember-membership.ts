import {
  type AbsenceEvidence,
  maxAnswerGap,
  parseMemberName,
  peerHost,
  rememberAbsence,
  rememberLearner,
  type WatchedNode,
} from '@flux-pg/etcd-membership';
import { belonging, clusterPeers } from './known-members.ts';
import { isOwnEpoch } from './own-epoch.ts';
import type { EtcdContent, Memory, View } from './view.ts';

function nodeOf(member: EtcdContent['members'][number]): string | null {
  return parseMemberName(peerHost(member.peerUrls[0] ?? member.name))?.nodeId ?? null;
}

/** How far the learner has come, by its own word. */
function learnerSeen(view: View): Parameters<typeof rememberLearner>[1] {
  if (!view.etcd.ok) return 'unknown';
  const learner = view.etcd.value.members.find(({ isLearner }) => isLearner);
  if (learner === undefined) return null;
  const reading = clusterPeers(view).find(({ nodeId }) => nodeId === nodeOf(learner))?.etcd.reading ?? null;
  const own = reading?.memberId === learner.id ? reading : null;
  return { memberId: learner.id, appliedIndex: own?.raftAppliedIndex ?? null };
}

/** The newest sign of life of a node: an answer, a Patroni key, a replication connection, here or at a peer. */
function aliveAtMs(view: View, nodeId: string): number | null {
  const { nowMs, memory } = view;
  const answers = view.peers.some(
    ({ heard }) => heard.kind === 'authenticated' && heard.document.nodeId === nodeId,
  );
  const runsPatroni = view.etcd.ok && view.etcd.value.patroni.members.has(nodeId);
  const replicates = view.postgres.ok && view.postgres.value.replicating.includes(nodeId);
  if (answers || runsPatroni || replicates) return nowMs;
  const told = clusterPeers(view).flatMap(({ heard }) => {
    const secondsAgo = heard[nodeId];
    return secondsAgo === undefined ? [] : [nowMs - secondsAgo * 1000];
  });
  const own = [memory.heardAtMs[nodeId], view.calledAtMs[nodeId]].flatMap((atMs) => atMs ?? []);
  const all = [...told, ...own];
  return all.length === 0 ? null : Math.max(...all);
}

/** Who is to be watched: by etcd, or while that cannot be read by the newest mirror. */
function watchable(view: View) {
  // An etcd whose keys are not written yet, or of another epoch, does not tell who belongs.
  if (view.etcd.ok && isOwnEpoch(view)) {
    const { records, members, formerVoters, copyHolders } = view.etcd.value;
    return { records, copyHolders, seated: [...members.map(nodeOf), ...formerVoters] };
  }
  const known = belonging(view);
  if (known === null) return null;
  const { members, voters, formerVoters, copyHolders } = known;
  return { records: members, copyHolders, seated: [...voters, ...formerVoters] };
}

/** Every node that has a record or a place in etcd; a node without a record has no known address. */
function watchedNodes(view: View): readonly WatchedNode[] | null {
  const known = watchable(view);
  if (known === null) return null;
  const { records, copyHolders, seated } = known;
  const addresses = new Map<string, string | null>();
  for (const nodeId of seated) {
    if (nodeId !== null) addresses.set(nodeId, null);
  }
  // The last word on an address is the record's.
  for (const { nodeId, address } of [...copyHolders, ...records]) addresses.set(nodeId, address);
  addresses.delete(view.state.nodeId);
  return [...addresses].map(([nodeId, address]) => ({
    nodeId,
    address,
    aliveAtMs: aliveAtMs(view, nodeId),
  }));
}

function evidence(view: View): AbsenceEvidence {
  return {
    nowMs: view.nowMs,
    witnesses: view.witnesses,
    ownAddress: view.ownAddress?.address ?? null,
    answering: view.peers.flatMap(({ address, heard }) =>
      heard.kind === 'authenticated' ? [{ address, nodeId: heard.document.nodeId }] : [],
    ),
    watched: watchedNodes(view),
    maxAnswerGapMs: maxAnswerGap(view.config.listingIntervalMs, view.config.absenceGraceMs),
  };
}

/** What a tick adds to the knowledge of who is absent and how far the learner has come. Every agent keeps it. */
export function rememberMembership(view: View): Pick<Memory, 'learner' | 'absence'> {
  return {
    learner: rememberLearner(view.memory.learner, learnerSeen(view), view.nowMs),
    absence: rememberAbsence(view.memory.absence, evidence(view)),
  };
}
